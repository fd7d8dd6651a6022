//! Comparisons that gather what differs.

use std::fmt::Debug;

use serde_json::{Map, Value};

use crate::check::Difference;
use crate::golden::Golden;

/// The differences found so far.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<String>);

impl Faults {
    pub(crate) fn into_result(self, golden: &Golden) -> Result<(), Difference> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Difference {
            path: golden.path.clone(),
            kind: golden.kind,
            faults: self.0,
        })
    }

    pub(crate) fn push(&mut self, fault: String) {
        self.0.push(fault);
    }

    pub(crate) fn differ(&mut self, place: &str, expected: impl Debug, actual: impl Debug) {
        self.push(format!("{place}: expected {expected:?}, got {actual:?}"));
    }

    pub(crate) fn equal<T: PartialEq + Debug>(&mut self, place: &str, expected: T, actual: T) {
        if expected != actual {
            self.differ(place, expected, actual);
        }
    }

    /// The body as JSON.
    pub(crate) fn json(&mut self, body: &[u8]) -> Option<Value> {
        match serde_json::from_slice(body) {
            Ok(value) => Some(value),
            Err(cause) => {
                let text = String::from_utf8_lossy(body);
                self.push(format!("the body is not JSON ({cause}): {text}"));
                None
            }
        }
    }

    /// Compares environments: what is said of them, then source by source.
    pub(crate) fn same_environment(&mut self, expected: &Value, actual: &Value) {
        for field in ["name", "profiles", "label", "version"] {
            if let Some(expected) = expected.get(field) {
                let actual = actual.get(field).unwrap_or(&Value::Null);
                self.same_value(field, expected, actual);
            }
        }
        let (expected, actual) = (sources(expected), sources(actual));
        let names = |sources: &[Value]| sources.iter().map(name).collect::<Vec<_>>();
        let (expected_names, actual_names) = (names(expected), names(actual));
        if expected.len() != actual.len() {
            self.differ("sources", expected_names, actual_names);
            return;
        }
        for (expected, actual) in expected.iter().zip(actual) {
            self.same_source(expected, actual);
        }
    }

    fn same_source(&mut self, expected: &Value, actual: &Value) {
        let (expected_name, actual_name) = (name(expected), name(actual));
        if !is_same_name(&expected_name, &actual_name) {
            self.differ("source", expected_name, actual_name);
            return;
        }
        let empty = Map::new();
        let (expected, actual) = (source(expected, &empty), source(actual, &empty));
        self.same_keys(&expected_name, expected, actual);
        for (key, expected) in expected {
            if let Some(actual) = actual.get(key) {
                self.same_property(&format!("{expected_name}, {key}"), expected, actual);
            }
        }
    }

    /// A value, or a value with its origin, which may differ when empty.
    fn same_property(&mut self, place: &str, expected: &Value, actual: &Value) {
        let Some(origin) = expected.get("origin").and_then(Value::as_str) else {
            return self.same_value(place, expected, actual);
        };
        let value = &expected["value"];
        self.same_value(place, value, actual.get("value").unwrap_or(&Value::Null));
        let actual = actual.get("origin").and_then(Value::as_str).unwrap_or("");
        let is_same = actual == origin || actual.ends_with(&format!(":{origin}"));
        if !is_same && value.as_str() != Some("") {
            self.differ(&format!("{place}, origin"), origin, actual);
        }
    }

    fn same_keys(
        &mut self,
        place: &str,
        expected: &Map<String, Value>,
        actual: &Map<String, Value>,
    ) {
        for key in expected.keys().filter(|key| !actual.contains_key(*key)) {
            self.push(format!("{place}: the key {key:?} is missing"));
        }
        for key in actual.keys().filter(|key| !expected.contains_key(*key)) {
            self.push(format!("{place}: the key {key:?} is too much"));
        }
    }

    /// Compares values strictly by type, without the order of keys.
    pub(crate) fn same_value(&mut self, place: &str, expected: &Value, actual: &Value) {
        match (expected, actual) {
            (Value::Object(expected), Value::Object(actual)) => {
                self.same_keys(place, expected, actual);
                for (key, expected) in expected {
                    if let Some(actual) = actual.get(key) {
                        self.same_value(&format!("{place}.{key}"), expected, actual);
                    }
                }
            }
            (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
                for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                    self.same_value(&format!("{place}[{index}]"), expected, actual);
                }
            }
            (Value::Number(expected), Value::Number(actual)) => {
                if !is_same_number(expected.as_str(), actual.as_str()) {
                    self.push(format!("{place}: expected {expected}, got {actual}"));
                }
            }
            _ if expected == actual => {}
            _ => self.push(format!("{place}: expected {expected}, got {actual}")),
        }
    }
}

/// Integers by their digits, others by their value, never one for the other.
fn is_same_number(expected: &str, actual: &str) -> bool {
    let is_float = |text: &str| text.contains(['.', 'e', 'E']);
    match (is_float(expected), is_float(actual)) {
        (false, false) => expected == actual,
        (true, true) => expected.parse::<f64>().ok() == actual.parse::<f64>().ok(),
        _ => false,
    }
}

fn sources(environment: &Value) -> &[Value] {
    environment
        .get("propertySources")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn name(source: &Value) -> String {
    let name = source.get("name").and_then(Value::as_str);
    name.unwrap_or("a source without name").to_owned()
}

fn source<'a>(source: &'a Value, empty: &'a Map<String, Value>) -> &'a Map<String, Value> {
    source
        .get("source")
        .and_then(Value::as_object)
        .unwrap_or(empty)
}

/// Of names only the file, by its path in the repository, and the number of
/// the document must be the same.
fn is_same_name(expected: &str, actual: &str) -> bool {
    let (file, document) = split_name(expected);
    let (actual_file, actual_document) = split_name(actual);
    let path = file.strip_prefix("REPO/").unwrap_or(file);
    let before = actual_file.strip_suffix(path);
    document == actual_document
        && before.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

fn split_name(name: &str) -> (&str, Option<&str>) {
    match name.split_once(" (document #") {
        Some((file, number)) => (file, Some(number)),
        None => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(expected: &Value, actual: &Value) -> Vec<String> {
        let mut faults = Faults::default();
        faults.same_value("$", expected, actual);
        faults.0
    }

    #[test]
    fn numbers_differ_by_type_and_by_value() {
        let number = |text: &str| -> Value { serde_json::from_str(text).expect(text) };
        assert!(faults(&number("1.0E-7"), &number("1e-07")).is_empty());
        assert_eq!(faults(&number("1"), &number("1.0")).len(), 1);
        assert_eq!(faults(&number("10"), &json!("10")).len(), 1);
        let huge = number("123456789012345678901234567890");
        assert_eq!(
            faults(&huge, &number("123456789012345678901234567891")).len(),
            1
        );
    }

    #[test]
    fn differences_name_their_place() {
        let expected = json!({"a": {"b": [1, 2]}, "c": 1});
        let actual = json!({"a": {"b": [1, 3]}, "d": 1});
        let faults = faults(&expected, &actual);
        assert_eq!(faults.len(), 3);
        assert!(faults.iter().any(|fault| fault.contains("$.a.b[1]")));
    }

    #[test]
    fn names_are_the_same_by_file_and_document() {
        let expected = "REPO/multi.yml (document #2)";
        assert!(is_same_name(expected, "git:/x/multi.yml (document #2)"));
        assert!(is_same_name(expected, "multi.yml (document #2)"));
        assert!(!is_same_name(expected, "multi.yml (document #1)"));
        assert!(!is_same_name(expected, "multi.yml"));
        assert!(!is_same_name("REPO/o.yml", "x/foo.yml"));
    }
}
