//! Documents, and what stands in them.

use serde_json::Value;
use vortex_spring::{
    Budget, ErrorKind, Expression, File, Format, Found, Limits, ParseError, compose, effective,
    flat, parse, placeholders,
};

use super::{is_short, text};
use crate::Parser;

pub(super) const YAML: Parser = Parser {
    name: "yaml",
    tokens: &[
        b"- ",
        b": ",
        b"\n  ",
        b"\n",
        b"[",
        b"]",
        b"{",
        b"}",
        b", ",
        b"&a ",
        b"*a",
        b"<<: ",
        b"? ",
        b"|\n",
        b">-\n",
        b"'",
        b"\"",
        b"#",
        b"---\n",
        b"...\n",
        b"~",
        b"!!str ",
        b"1:30",
        b"0x1F",
        b"%YAML 1.1\n",
        b"\\u00",
        b"a.b",
        b"[0]",
        b"spring.config.activate.on-profile: ",
        b"\t",
    ],
    check: |input| document(Format::Yaml, input),
};

pub(super) const PROPERTIES: Parser = Parser {
    name: "properties",
    tokens: &[
        b"=",
        b":",
        b"\\",
        b"\\u00",
        b"\\u0041",
        b"\n",
        b"\r",
        b"#---\n",
        b"!---\n",
        b"# ",
        b"[0]",
        b"[99999]",
        b".",
        b" ",
        b"\x0c",
        b"spring.config.activate.on-profile=",
    ],
    check: |input| document(Format::Properties, input),
};

pub(super) const JSON: Parser = Parser {
    name: "json",
    tokens: &[
        b"{", b"}", b"[", b"]", b"\"", b":", b",", b"\\u", b"\\ud83d", b"1e999", b"-0", b"null",
        b"true", b"{\"a\":", b"a.b", b"[0]",
    ],
    check: |input| document(Format::Json, input),
};

/// What was read can be composed, merged and written, and the flat forms are read again.
fn document(format: Format, input: &[u8]) -> bool {
    match parse(format, input) {
        Ok(file) => {
            is_usable(&file);
            true
        }
        Err(fault) => {
            assert!(fault.line >= 1 && fault.column >= 1, "{fault}");
            is_short(&fault);
            false
        }
    }
}

fn is_usable(file: &File) {
    let path = "a.yml";
    let sources = compose([Found { path, file }], &["dev"]);
    let merged = effective(sources.iter().map(|source| source.tree()));
    assert!(merged.is_object());
    let flat: Vec<flat::FlatSource<'_>> = sources
        .iter()
        .map(|source| source.document.into())
        .collect();
    // beyond what an answer may take there is no form
    let mut budget = Budget::new(Limits::ANSWER, &|| false);
    let Ok(yaml) = flat::yaml(&flat, false, &mut budget) else {
        return;
    };
    let mut budget = Budget::new(Limits::ANSWER, &|| false);
    let json =
        flat::json(&flat, false, &mut budget).expect("where there is one form there is another");
    match (tree(Format::Yaml, &yaml), tree(Format::Json, &json)) {
        (Some(one), Some(other)) => assert!(is_same(&one, &other), "{yaml}\n{json}"),
        (one, other) => assert_eq!(one.is_some(), other.is_some(), "{yaml}\n{json}"),
    }
}

/// Digits beyond which YAML's reader does not try to read a number.
const LONG_NUMBER: usize = 1024;

/// Whether two values are the same, numbers however they are written.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, a): (&String, &Value)| other.get(key).is_some_and(|b| is_same(a, b));
            one.len() == other.len() && one.iter().all(same)
        }
        // what no double holds is infinite in YAML, and stays as it is written in JSON
        (Value::String(text), Value::Number(number)) => {
            let infinite = number.as_f64().is_none_or(f64::is_infinite);
            let is_infinite = infinite && text.trim_start_matches('-') == "Infinity";
            // a very long one is a text in YAML
            is_infinite || (text == number.as_str() && text.len() > LONG_NUMBER)
        }
        _ => one == other,
    }
}

/// What a form means; none where it is beyond what a document may be.
fn tree(format: Format, form: &str) -> Option<Value> {
    let file = match parse(format, form.as_bytes()) {
        Ok(file) => file,
        Err(fault) if fault.is_of_allowance() => return None,
        // a complex key in YAML is one flat key, whose parts may be more than there are levels
        Err(ParseError {
            kind: ErrorKind::TooDeep { .. },
            ..
        }) => return None,
        Err(fault) => panic!("a form is not read again: {fault}: {form:?}"),
    };
    let first = file.documents.into_iter().next();
    Some(first.map_or_else(
        || Value::Object(Default::default()),
        |document| document.tree,
    ))
}

pub(super) const EXPRESSION: Parser = Parser {
    name: "expression",
    tokens: &[
        b"(", b")", b"&", b"|", b"!", b" ", b"a", b"a & b", b"!(", b"((a",
    ],
    check: |input| {
        text(input, |text| match text.parse::<Expression>() {
            Ok(expression) => {
                let _ = expression.holds(&|name| name == "a");
                true
            }
            Err(_) => false,
        })
    },
};

pub(super) const PLACEHOLDERS: Parser = Parser {
    name: "placeholders",
    tokens: &[
        b"${",
        b"}",
        b":",
        b"\\${",
        b"\\:",
        b"${a}",
        b"${a:${b}}",
        b"a",
        b"b",
        b"\n",
    ],
    check: |input| {
        text(input, |text| {
            // the values of `a` and `b` are what is resolved too
            let (first, second) = text.split_once('\n').unwrap_or((text, ""));
            let value = |key: &str| match key {
                "a" => Some(first.into()),
                "b" => Some(second.into()),
                _ => None,
            };
            let mut budget = Budget::new(Limits::ANSWER, &|| false);
            match placeholders::resolve(text, value, &mut budget) {
                Ok(_) => true,
                Err(error) => {
                    let _ = error.to_string();
                    false
                }
            }
        })
    },
};
