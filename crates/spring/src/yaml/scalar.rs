//! Reads untagged plain scalars as YAML 1.1 does.

use serde_json::{Number, Value};

use super::{float, integer};
use crate::java;

/// A scalar by its meaning.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    /// An integer of any size, in decimal digits.
    Integer(String),
    Float(f64),
    Text(String),
}

/// The key that merges.
pub(super) const MERGE: &str = "<<";

/// Beyond this length nothing is a number.
pub(super) const LONGEST_NUMBER: usize = 1024;

impl Scalar {
    /// What a plain scalar without tag means. None when it looks like an
    /// integer that cannot be counted (`99999999999999999999:00`).
    pub(super) fn resolve(text: &str) -> Option<Self> {
        if is_null(text) {
            return Some(Self::Null);
        }
        if let Some(value) = boolean(text) {
            return Some(Self::Bool(value));
        }
        let starts_a_number =
            |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
        if text.len() <= LONGEST_NUMBER && text.as_bytes().first().is_some_and(starts_a_number) {
            if integer::matches(text) {
                return integer::value(text).map(Self::Integer);
            }
            if float::matches(text) {
                return float::value(text).map(Self::Float);
            }
        }
        Some(Self::Text(text.to_owned()))
    }

    /// As a key, written as Java does; none for null.
    pub(super) fn into_key(self) -> Option<crate::node::Key> {
        use crate::node::Key;
        Some(match self {
            Self::Null => return None,
            Self::Bool(value) => Key::Other(value.to_string()),
            Self::Integer(digits) => Key::Other(digits),
            Self::Float(value) => Key::Other(java::double(value)),
            Self::Text(text) => Key::Text(text),
        })
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Integer(digits) => number(digits),
            // JSON has no infinity; Java's name for it stands in as a string.
            Self::Float(value) if !value.is_finite() => Value::String(java::double(value)),
            Self::Float(value) => number(java::double(value)),
            Self::Text(text) => Value::String(text),
        }
    }
}

/// A number with the text as it is, of any size.
fn number(text: String) -> Value {
    match text.parse::<Number>() {
        Ok(number) => Value::Number(number),
        Err(_) => Value::String(text),
    }
}

/// Whether a plain scalar of this text is a string to any reader of YAML,
/// 1.1 or 1.2, so that it needs no quotes.
pub(crate) fn is_text(text: &str) -> bool {
    let is_doubtful = text.as_bytes().first().is_none_or(|byte| {
        byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'=' | b'<' | b'~')
    });
    if is_doubtful {
        // Dates, `0o7`, `=` and `<<` mean something to one reader or another.
        return matches!(text.as_bytes(), [b'0'..=b'9' | b'-' | b'.', ..])
            && text.contains(|c: char| c.is_ascii_alphabetic())
            && !looks_like_a_number(text);
    }
    boolean(&text.to_ascii_lowercase()).is_none()
        && !is_null(&text.to_ascii_lowercase())
        && !text.eq_ignore_ascii_case("y")
        && !text.eq_ignore_ascii_case("n")
}

fn looks_like_a_number(text: &str) -> bool {
    !matches!(Scalar::resolve(text), Some(Scalar::Text(_)))
        || text.bytes().all(|byte| {
            byte.is_ascii_hexdigit()
                || matches!(byte, b'-' | b'+' | b'.' | b':' | b'_' | b' ' | b'x' | b'o')
                || matches!(byte, b't' | b'T' | b'z' | b'Z')
        })
        || text.trim_start_matches(['-', '+']).starts_with('.')
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL" | " ")
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        Scalar::resolve(text).map_or_else(
            || "refused".into(),
            |scalar| scalar.into_value().to_string(),
        )
    }

    #[test]
    fn plain_scalars_mean_what_snakeyaml_says() {
        let cases = [
            ("yes", "true"),
            ("NO", "false"),
            ("tRue", "\"tRue\""),
            ("y", "\"y\""),
            ("~", "null"),
            ("", "null"),
            ("nUll", "\"nUll\""),
            ("10", "10"),
            ("010", "8"),
            ("0o10", "\"0o10\""),
            ("0x1F", "31"),
            ("0b101", "5"),
            ("1_000", "1000"),
            ("1:30", "90"),
            ("12:30:45", "45045"),
            ("190:20:30", "685230"),
            ("+5", "5"),
            ("-7", "-7"),
            ("-0", "0"),
            ("09", "\"09\""),
            ("0_8", "\"0_8\""),
            ("0_7", "7"),
            ("0b_1", "1"),
            ("0x_ff", "255"),
            ("-0x1F", "-31"),
            ("-1:30", "-90"),
            ("99:99", "\"99:99\""),
            ("0:30", "\"0:30\""),
            ("99999999999999999999:00", "refused"),
            (
                "123456789012345678901234567890",
                "123456789012345678901234567890",
            ),
            ("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"),
            ("1.5", "1.5"),
            ("1e3", "1000.0"),
            ("1.", "1.0"),
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("1.e3", "1000.0"),
            ("-0.0", "-0.0"),
            ("190:20:30.15", "685230.15"),
            ("685_230.15", "685230.15"),
            (".inf", "\"Infinity\""),
            ("-.INF", "\"-Infinity\""),
            (".NaN", "\"NaN\""),
            ("1e400", "\"Infinity\""),
            (".", "\".\""),
            ("1.2.3", "\"1.2.3\""),
            ("2001-12-14", "\"2001-12-14\""),
            ("10.0.0.1", "\"10.0.0.1\""),
            ("=", "\"=\""),
        ];
        for (text, expected) in cases {
            assert_eq!(value(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_any_reader_might_take_for_something_else_is_not_plain_text() {
        for text in [
            "",
            "~",
            "null",
            "NULL",
            "nUll",
            "yes",
            "On",
            "y",
            "N",
            "true",
            "tRue",
            "1",
            "-1",
            "1_000",
            "1e3",
            "0o7",
            "0x1F",
            "1:30",
            "99:99",
            "2001-12-14",
            "2001-12-14t21:59:43.10-05:00",
            ".inf",
            ".nan",
            "=",
            "<<",
            ".5",
            "+1",
        ] {
            assert!(!is_text(text), "{text:?}");
        }
        for text in [
            "a",
            "orders",
            "v1",
            "1st",
            "10s",
            "-Xmx512m",
            "${a}",
            "none",
            "1.2.3-RC1",
            "/x",
        ] {
            assert!(is_text(text), "{text:?}");
        }
    }
}
