//! Input that asks for more than a file may hold is refused, not served.

use vortex_spring::{ErrorKind, Format, parse};

fn refused(format: Format, text: &str) -> Option<ErrorKind> {
    parse(format, text.as_bytes()).err().map(|fault| fault.kind)
}

#[test]
fn a_billion_laughs_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 9].join(", ");
        text += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let kind = refused(Format::Yaml, &text);
    assert!(
        matches!(kind, Some(ErrorKind::AliasBomb { .. })),
        "{kind:?}"
    );
}

#[test]
fn merges_of_merges_are_refused() {
    let keys: String = (0..2_000).map(|key| format!("  k{key}: 1\n")).collect();
    let text = format!("b: &b\n{keys}c:\n{}", "  <<: *b\n".repeat(2_000));
    let kind = refused(Format::Yaml, &text);
    assert!(
        matches!(kind, Some(ErrorKind::AliasBomb { .. })),
        "{kind:?}"
    );
}

#[test]
fn long_text_behind_many_aliases_is_refused() {
    let text = format!(
        "a: &a {}\nb:\n{}",
        "x".repeat(10_000),
        "- *a\n".repeat(10_000)
    );
    let kind = refused(Format::Yaml, &text);
    assert!(
        matches!(kind, Some(ErrorKind::AliasBomb { .. })),
        "{kind:?}"
    );
}

#[test]
fn long_keys_of_many_values_are_refused() {
    let text = format!("? {}\n: [{}]\n", "k".repeat(100_000), "1, ".repeat(10_000));
    let kind = refused(Format::Yaml, &text);
    assert!(
        matches!(kind, Some(ErrorKind::TooManyKeys { .. })),
        "{kind:?}"
    );
}

#[test]
fn a_value_that_holds_itself_is_refused() {
    assert_eq!(
        refused(Format::Yaml, "a: &a [*a]\n"),
        Some(ErrorKind::UnknownAlias)
    );
    assert_eq!(
        refused(Format::Yaml, "a: &a {b: *a}\n"),
        Some(ErrorKind::UnknownAlias)
    );
}

#[test]
fn deep_values_are_refused_however_they_are_written() {
    let deep_alias = (1..100).fold("a0: &a0 {k: x}\n".to_owned(), |text, level| {
        text + &format!("a{level}: &a{level} {{k: *a{}}}\n", level - 1)
    });
    let cases = [
        (Format::Yaml, "- ".repeat(1_000)),
        (Format::Yaml, format!("{}a: 1\n", "a.".repeat(100))),
        (Format::Yaml, deep_alias),
        (Format::Properties, format!("{}a=1\n", "a.".repeat(100))),
        (Format::Properties, format!("a{}=1\n", "[0]".repeat(100))),
        (
            Format::Json,
            format!("{{\"a\": {}1{}}}", "[".repeat(100), "]".repeat(100)),
        ),
    ];
    for (format, text) in cases {
        let kind = refused(format, &text);
        assert!(
            matches!(kind, Some(ErrorKind::TooDeep { .. })),
            "{kind:?} for {text}"
        );
    }
}

#[test]
fn too_many_documents_and_values_are_refused() {
    let documents = refused(Format::Yaml, &"--- a\n".repeat(1_001));
    assert!(matches!(
        documents,
        Some(ErrorKind::TooManyDocuments { .. })
    ));
    let documents = refused(Format::Properties, &"a=1\n#---\n".repeat(1_001));
    assert!(matches!(
        documents,
        Some(ErrorKind::TooManyDocuments { .. })
    ));
    let values = refused(Format::Yaml, &"- x\n".repeat(100_001));
    assert!(matches!(values, Some(ErrorKind::TooManyKeys { .. })));
}

#[test]
fn as_much_as_is_allowed_is_read() {
    let documents = parse(Format::Yaml, "--- a\n".repeat(1_000).as_bytes());
    assert_eq!(documents.map(|file| file.documents.len()), Ok(1_000));
    let values = parse(
        Format::Yaml,
        format!("a:\n{}", "- x\n".repeat(99_000)).as_bytes(),
    );
    assert_eq!(
        values.map(|file| file.documents[0].properties.len()),
        Ok(99_000)
    );
}

#[test]
fn a_far_index_costs_no_more_than_a_near_one() {
    let file = parse(Format::Properties, b"a[4000000000]=x\n");
    let tree = file.map(|file| file.documents[0].tree.to_string());
    assert_eq!(tree.as_deref(), Ok(r#"{"a":{"4000000000":"x"}}"#));
}

#[test]
fn faults_of_yaml_say_what_and_where() {
    let cases = [
        ("a: 1\na: 2\n", 2, 1, "the key \"a\" is there twice"),
        (
            "a: !foo x\n",
            1,
            4,
            "the tag \"!foo\" is not supported here",
        ),
        ("a: !!int x\n", 1, 4, "\"x\" is not a value of type int"),
        ("~: x\n", 1, 1, "a key must not be null"),
        (
            "a:\n  <<: 1\n",
            2,
            7,
            "only a mapping or a list of mappings can be merged by \"<<\"",
        ),
        (
            "x: 1\nspring.config.activate.on-profile: a & b | c\n",
            2,
            36,
            "\"a & b | c\" is not a profile expression",
        ),
    ];
    for (text, line, column, message) in cases {
        let fault = parse(Format::Yaml, text.as_bytes())
            .err()
            .map(|fault| fault.to_string());
        assert_eq!(
            fault,
            Some(format!("line {line}, column {column}: {message}")),
            "{text}"
        );
    }
}
