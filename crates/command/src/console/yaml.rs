//! JSON as YAML in block style. Numbers of any size are kept, which a serializer with numbers of
//! its own would not do.

use std::fmt::Write;

use serde_json::Value;

/// A value as a YAML document.
pub(crate) fn write(value: &Value) -> String {
    let mut out = String::new();
    node(&mut out, value, 0, Place::Line);
    out
}

/// Where a node begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// At the beginning of a line.
    Line,
    /// After `key:`.
    Key,
    /// After `-`.
    Item,
}

fn node(out: &mut String, value: &Value, depth: usize, place: Place) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let mut place = place;
            for (key, value) in members {
                begin(out, depth, place);
                place = Place::Line;
                out.push_str(&text(key));
                out.push(':');
                let deeper = depth + usize::from(!is_list(value));
                node(out, value, deeper, Place::Key);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let mut place = place;
            for item in items {
                begin(out, depth, place);
                place = Place::Line;
                out.push('-');
                node(out, item, depth + 1, Place::Item);
            }
        }
        scalar => {
            if place != Place::Line {
                out.push(' ');
            }
            match scalar {
                Value::String(string) => out.push_str(&text(string)),
                // writing to a String does not fail
                other => drop(write!(out, "{other}")),
            }
            out.push('\n');
        }
    }
}

fn begin(out: &mut String, depth: usize, place: Place) {
    match place {
        Place::Item => out.push(' '),
        Place::Key => {
            out.push('\n');
            indent(out, depth);
        }
        Place::Line => indent(out, depth),
    }
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn is_list(value: &Value) -> bool {
    matches!(value, Value::Array(items) if !items.is_empty())
}

/// A string as it is where every YAML reader takes it for that string, quoted as JSON else.
fn text(string: &str) -> String {
    match is_plain(string) {
        true => string.to_owned(),
        false => Value::from(string).to_string().replace('\u{7f}', "\\x7f"),
    }
}

fn is_plain(string: &str) -> bool {
    let begins = string.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
    let of_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./+@ ".contains(&byte);
    begins && string.bytes().all(of_plain) && !string.ends_with(' ') && !is_word(string)
}

/// What YAML 1.1 or 1.2 takes for something else than text.
fn is_word(string: &str) -> bool {
    let word = string.to_ascii_lowercase();
    matches!(
        word.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn structures_are_blocks() {
        let value = json!({"a": {"b": [1, {"c": "x y", "d": []}], "e": {}}, "on": "no", "f": null});
        assert_eq!(
            write(&value),
            "a:\n  b:\n  - 1\n  - c: x y\n    d: []\n  e: {}\n\"on\": \"no\"\nf: null\n"
        );
    }

    #[test]
    fn a_number_of_any_size_is_kept() {
        let value: Value = serde_json::from_str("[123456789012345678901234567890.5]").unwrap();
        assert_eq!(write(&value), "- 123456789012345678901234567890.5\n");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,8}".prop_map(Value::from),
            "[a-z0-9~:# \n\t-]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z0-9: -]{0,6}", inner, 0..4).prop_map(
                    |members| members
                        .into_iter()
                        .collect::<serde_json::Map<_, _>>()
                        .into()
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(value in values()) {
            let text = write(&value);
            let read: serde_norway::Value = serde_norway::from_str(&text).unwrap();
            prop_assert_eq!(serde_json::to_value(read).unwrap(), value, "{}", text);
        }
    }
}
