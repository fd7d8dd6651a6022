use super::*;
use crate::budget::Limits;

fn lookup(key: &str) -> Option<Cow<'static, str>> {
    Some(Cow::Borrowed(match key {
        "port" => "8080",
        "key" => "port",
        "url" => "http://${host}:${port}",
        "host" => "${name:localhost}",
        "a" => "${b}",
        "b" => "x${a}",
        "colon:ed" => "found",
        "open" => "${port ${port}",
        "escaped" => "\\${port} ${port}",
        _ => return None,
    }))
}

fn resolve(text: &str) -> Result<String, Error> {
    let mut budget = Budget::new(Limits::ANSWER, &|| false);
    super::resolve(text, lookup, &mut budget)
}

#[test]
fn placeholders_are_resolved_as_spring_does() {
    // what PropertyPlaceholderHelper of Spring Framework 7.0.1 answers, as Spring's server calls it
    let cases = [
        ("${port}", "8080"),
        ("${url}/x", "http://localhost:8080/x"),
        ("${none}", "${none}"),
        ("${none:}", ""),
        ("${none:a:b}", "a:b"),
        ("${${key}}", "8080"),
        ("${none:${port}}", "8080"),
        ("${x.${key:y}:z}", "z"),
        ("${none:${alsonone}}", "${alsonone}"),
        ("\\${port}", "${port}"),
        ("${port", "${port"),
        ("${ port }", "${ port }"),
        ("$port {port}", "$port {port}"),
        ("${none:{x}}", "{x}"),
        ("${port:{x}}", "8080"),
        ("${colon:ed}", "found"),
        ("a${port}b${port}c", "a8080b8080c"),
    ];
    for (text, expected) in cases {
        assert_eq!(resolve(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn what_follows_an_open_placeholder_is_resolved() {
    let cases = [
        ("${port ${port}", "${port 8080"),
        ("${ ${port} ${", "${ 8080 ${"),
        ("${none:${port} ${key}", "${none:8080 port"),
        ("{ ${port}", "{ 8080"),
        ("${port {${port}", "${port {8080"),
        ("${port {${port}} ${key}", "${port {8080} port"),
        ("${none:${port ${key}}", "${none:${port port}"),
        ("${open}", "${port 8080"),
        ("\\${port ${port}", "${port 8080"),
        ("${port \\${key} ${key}", "${port ${key} port"),
        ("${port $_{x} ${key}", "${port ${x} port"),
    ];
    for (text, expected) in cases {
        assert_eq!(resolve(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_colon_in_a_key_can_be_escaped() {
    let cases = [
        ("${colon\\:ed}", "found"),
        ("${no\\:ne}", "${no:ne}"),
        ("${no\\:ne:${port}}", "8080"),
        ("${no\\:ne\\:x:y\\:z}", "y\\:z"),
        ("${escaped}", "${port} 8080"),
        ("\\\\${port}", "${port}"),
        ("\\\\\\${port}", "\\${port}"),
    ];
    for (text, expected) in cases {
        assert_eq!(resolve(text).as_deref(), Ok(expected), "{text}");
    }
}

#[test]
fn a_circle_of_values_is_an_error() {
    assert_eq!(resolve("${a}"), Err(Error::Cycle("a".into())));
    assert_eq!(resolve("${none:${a}}"), Err(Error::Cycle("a".into())));
    // a default that is not needed is not looked at
    assert_eq!(resolve("${port:${a}}").as_deref(), Ok("8080"));
}

#[test]
fn nesting_is_bounded() {
    let deep = "${".repeat(100_000) + &"}".repeat(100_000);
    assert_eq!(resolve(&deep), Err(Error::TooDeep));
}

#[test]
fn growth_is_bounded() {
    let laughs = |key: &str| {
        let level: u32 = key.parse().ok()?;
        let next = match level {
            20 => "x".repeat(1000),
            _ => format!("${{{0}}}${{{0}}}", level + 1),
        };
        Some(Cow::Owned(next))
    };
    let mut budget = Budget::new(Limits::ANSWER, &|| false);
    let refused = super::resolve("${0}", laughs, &mut budget);
    assert!(
        matches!(refused, Err(Error::Spent(Spent::Resolved(_)))),
        "{refused:?}"
    );
}

#[test]
fn what_a_key_stands_for_is_worked_out_once() {
    let asked = std::cell::Cell::new(0);
    let counted = |key: &str| {
        asked.set(asked.get() + 1);
        lookup(key)
    };
    let mut budget = Budget::new(Limits::ANSWER, &|| false);
    let resolved = super::resolve(&"${url}".repeat(1000), counted, &mut budget);
    assert!(resolved.is_ok(), "{resolved:?}");
    // url, host, name:localhost, name, port
    assert_eq!(asked.get(), 5);
}

/// Searching the end of each again would take minutes.
#[test]
fn a_text_of_open_placeholders_costs_no_more_than_its_length() {
    let open = "${".repeat(500_000);
    assert_eq!(resolve(&open).as_deref(), Ok(open.as_str()));
}

#[test]
fn it_is_given_up_when_nobody_waits() {
    let mut budget = Budget::new(Limits::ANSWER, &|| true);
    let given_up = super::resolve(&"${port}".repeat(10_000), lookup, &mut budget);
    assert_eq!(given_up, Err(Error::Spent(Spent::GivenUp)));
}
