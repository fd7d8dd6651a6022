//! Properties that hold for every input.

#![allow(clippy::expect_used)] // what cannot be set up fails the test

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use vortex_spring::flat::{self, FlatSource};
use vortex_spring::{
    Budget, Expression, File, Format, Found, Limits, compose, effective, parse, placeholders,
};

const FORMATS: [Format; 3] = [Format::Yaml, Format::Properties, Format::Json];

fn budget() -> Budget<'static> {
    Budget::new(Limits::ANSWER, &|| false)
}

/// Text made of what matters to YAML, so that much of it parses.
fn yaml_like() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("a"),
        Just("b: "),
        Just("- "),
        Just("\n"),
        Just("\n  "),
        Just("\n    "),
        Just("["),
        Just("]"),
        Just("{"),
        Just("}"),
        Just(", "),
        Just(": "),
        Just("&x "),
        Just("*x"),
        Just("<<: "),
        Just("!!str "),
        Just("? "),
        Just("|"),
        Just(">-"),
        Just("'"),
        Just("\""),
        Just("#"),
        Just(" #c"),
        Just("---\n"),
        Just("...\n"),
        Just("~"),
        Just("1:30"),
        Just("0x1F"),
        Just("\t"),
        Just("\r"),
        Just("\u{feff}"),
        Just("\u{85}"),
        Just("%YAML 1.1\n"),
        Just("é"),
        Just("\\"),
        Just("!"),
        Just("k.x"),
        Just("l[0]"),
    ];
    vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

fn properties_like() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("a"),
        Just("="),
        Just(":"),
        Just(" "),
        Just("\n"),
        Just("\r\n"),
        Just("\\"),
        Just("#---\n"),
        Just("!---\n"),
        Just("# c\n"),
        Just("\\u0041"),
        Just("\\u00"),
        Just("[]"),
        Just("[0]"),
        Just(","),
        Just("."),
        Just("\t"),
        Just("é"),
    ];
    vec(token, 0..60).prop_map(|tokens| tokens.concat())
}

/// A file that was read is whole: it can be composed, merged and written.
fn is_usable(file: &File) -> Result<(), TestCaseError> {
    let found = [Found {
        path: "a.yml",
        file,
    }];
    let sources = compose(found, &["dev"]);
    let merged = effective(sources.iter().map(|source| source.tree()));
    prop_assert!(merged.is_object());
    let flat: Vec<FlatSource<'_>> = sources
        .iter()
        .map(|source| source.document.into())
        .collect();
    let yaml = flat::yaml(&flat, false, &mut budget()).expect("no placeholders are resolved");
    prop_assert!(parse(Format::Yaml, yaml.as_bytes()).is_ok(), "{yaml}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in vec(any::<u8>(), 0..200)) {
        for format in FORMATS {
            let _ = parse(format, &bytes);
        }
    }

    #[test]
    fn what_is_read_of_yaml_can_be_used(text in yaml_like()) {
        if let Ok(file) = parse(Format::Yaml, text.as_bytes()) {
            is_usable(&file)?;
        }
    }

    #[test]
    fn what_is_read_of_properties_can_be_used(text in properties_like()) {
        if let Ok(file) = parse(Format::Properties, text.as_bytes()) {
            is_usable(&file)?;
        }
    }

    #[test]
    fn faults_have_a_place(text in yaml_like()) {
        for format in FORMATS {
            if let Err(fault) = parse(format, text.as_bytes()) {
                prop_assert!(fault.line >= 1 && fault.column >= 1, "{fault}");
                prop_assert!(!fault.to_string().is_empty());
            }
        }
    }

    #[test]
    fn expressions_are_read_or_refused(text in "[ab ()&|!]{0,40}") {
        if let Ok(expression) = text.parse::<Expression>() {
            expression.holds(&|name| name == "a");
        }
    }

    #[test]
    fn placeholders_never_panic(text in "[ab${}:\\\\]{0,60}") {
        let _ = placeholders::resolve(&text, |key| (key == "a").then(|| "${b:x}".into()), &mut budget());
    }

    #[test]
    fn the_yaml_form_means_what_the_json_form_means(
        source in btree_map("[a-c](\\.[a-c]|\\[[0-2]\\]){0,3}", scalar(), 0..12),
    ) {
        let source: Map<String, Value> = source.into_iter().collect();
        let sources = [FlatSource::from(&source)];
        let json = flat::json(&sources, false, &mut budget()).expect("a form");
        let yaml = flat::yaml(&sources, false, &mut budget()).expect("a form");
        prop_assert_eq!(tree(Format::Yaml, &yaml), tree(Format::Json, &json), "{}", yaml);
    }

    #[test]
    fn json_read_is_json_as_it_was(value in nested()) {
        let text = value.to_string();
        let file = parse(Format::Json, text.as_bytes()).expect("valid");
        prop_assert_eq!(&file.documents[0].tree, &value);
    }

    #[test]
    fn merging_is_looking_up_the_highest(low in nested(), high in nested()) {
        let merged = effective([&high, &low]);
        prop_assert!(is_merge_of(&merged, &high, &low));
    }
}

/// What a form means, whichever it is: keys with dots are expanded in both.
fn tree(format: Format, form: &str) -> Value {
    let file = parse(format, form.as_bytes()).expect("a form is read again");
    let first = file.documents.into_iter().next();
    first.map_or(json!({}), |document| document.tree)
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[ -~\n\t\u{85}\u{2028}é]{0,12}".prop_map(Value::from),
        "(yes|no|~|null|0x1F|010|1:30|1e3|2001-12-14|- a|a: b|#|\\?|=|<<|\\.inf)"
            .prop_map(Value::from),
    ]
}

/// Objects whose keys are plain names, so that nothing is expanded.
fn nested() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), scalar()];
    let any = leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-d]", inner, 0..4).prop_map(|map| map.into_iter().collect()),
        ]
    });
    btree_map("[a-d]", any, 0..4).prop_map(|map| map.into_iter().collect())
}

/// The rule of the merge, said for one key at a time.
fn is_merge_of(merged: &Value, high: &Value, low: &Value) -> bool {
    match (high, low) {
        (Value::Object(high), Value::Object(low)) => {
            let keys: std::collections::BTreeSet<_> = high.keys().chain(low.keys()).collect();
            merged
                .as_object()
                .is_some_and(|merged| merged.len() == keys.len())
                && keys
                    .into_iter()
                    .all(|key| match (high.get(key), low.get(key)) {
                        (Some(high), Some(low)) => is_merge_of(&merged[key], high, low),
                        (high, low) => Some(&merged[key]) == high.or(low),
                    })
        }
        _ => merged == high,
    }
}
