//! The entry: one answer against one golden.

use std::fmt;

use serde_json::Value;

use crate::compare::Faults;
use crate::flat::{self, Form};
use crate::golden::{Body, Golden, Kind};

/// An answer to be compared.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type, shown but not compared.
    pub content_type: Option<String>,
    /// The body as sent.
    pub body: Vec<u8>,
}

/// In what an answer differs from a golden.
#[derive(Debug, Clone, thiserror::Error)]
pub struct Difference {
    /// The path of the request.
    pub path: String,
    /// What must hold.
    pub kind: Kind,
    /// Each difference, with the place it is at.
    pub faults: Vec<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?}):", self.path, self.kind)?;
        self.faults
            .iter()
            .try_for_each(|fault| write!(f, "\n    {fault}"))
    }
}

/// Compares an answer with a golden, by what must hold for its kind.
///
/// For an invalid file the body must be JSON with `code`
/// `DOCUMENT_INVALID`, and somewhere in it the members `file`, `line` and
/// `column`.
///
/// # Errors
/// Everything in which they differ.
pub fn check(golden: &Golden, answer: &Answer) -> Result<(), Difference> {
    let mut faults = Faults::default();
    match golden.kind {
        Kind::Refused => refused(answer, &mut faults),
        Kind::InvalidFile => invalid_file(answer, &mut faults),
        Kind::Ours => ours(golden, answer, &mut faults),
        _ => served(golden, answer, &mut faults),
    }
    faults.into_result(golden)
}

fn refused(answer: &Answer, faults: &mut Faults) {
    if !(400..500).contains(&answer.status) {
        faults.differ("status", "4xx", answer.status);
    }
}

fn invalid_file(answer: &Answer, faults: &mut Faults) {
    faults.equal("status", 500, answer.status);
    let Some(body) = faults.json(&answer.body) else {
        return;
    };
    let code = body.get("code").and_then(Value::as_str).unwrap_or("none");
    faults.equal("code", "DOCUMENT_INVALID", code);
    for member in ["file", "line", "column"] {
        if find(&body, member).is_none() {
            faults.push(format!("the body names no {member}: {body}"));
        }
    }
}

/// A member of this name, however deep.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Object(map) => map
            .get(name)
            .or_else(|| map.values().find_map(|inner| find(inner, name))),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, name)),
        _ => None,
    }
}

fn ours(golden: &Golden, answer: &Answer, faults: &mut Faults) {
    faults.equal("status", 200, answer.status);
    let Some(expected) = &golden.ours else {
        faults.push("the golden does not say what is ours".into());
        return;
    };
    if answer.status != 200 {
        return;
    }
    match Form::of(&golden.path) {
        Some(form) => {
            if let Some(actual) = form.read(&answer.body, faults) {
                faults.same_value("$", expected, &actual);
            }
        }
        None => environment(expected, answer, faults),
    }
}

fn served(golden: &Golden, answer: &Answer, faults: &mut Faults) {
    faults.equal("status", golden.status, answer.status);
    if answer.status != golden.status || golden.status != 200 {
        return;
    }
    match (&golden.body, Form::of(&golden.path)) {
        (Some(Body::Text(text)), _) if golden.kind == Kind::PlainText => {
            plain_text(text, answer, faults);
        }
        (Some(body), Some(form)) => flat::compare(form, body, answer, faults),
        (Some(Body::Json(body)), None) => environment(body, answer, faults),
        _ => faults.push("the golden has no body to compare".into()),
    }
}

fn environment(expected: &Value, answer: &Answer, faults: &mut Faults) {
    if let Some(actual) = faults.json(&answer.body) {
        faults.same_environment(expected, &actual);
    }
}

fn plain_text(expected: &str, answer: &Answer, faults: &mut Faults) {
    if expected.as_bytes() != answer.body {
        faults.differ("body", expected, String::from_utf8_lossy(&answer.body));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::golden::load;

    fn golden(line: &Value) -> Golden {
        load(&line.to_string()).expect("a golden").remove(0)
    }

    fn faults(golden: &Golden, status: u16, body: &str) -> usize {
        let answer = Answer {
            status,
            content_type: None,
            body: body.into(),
        };
        check(golden, &answer).map_or_else(|difference| difference.faults.len(), |()| 0)
    }

    #[test]
    fn environments_are_compared_source_by_source() {
        let body =
            json!({"name": "a", "propertySources": [{"name": "REPO/a.yml", "source": {"k": 1}}]});
        let golden =
            golden(&json!({"kind": "environment", "path": "/a/x", "status": 200, "body": body}));
        let with = |source: Value| json!({"name": "a", "propertySources": [source]}).to_string();
        assert_eq!(
            faults(
                &golden,
                200,
                &with(json!({"name": "git:a.yml", "source": {"k": 1}}))
            ),
            0
        );
        assert_eq!(
            faults(
                &golden,
                200,
                &with(json!({"name": "git:a.yml", "source": {"k": "1"}}))
            ),
            1
        );
        assert_eq!(
            faults(
                &golden,
                200,
                &with(json!({"name": "git:b.yml", "source": {"k": 1}}))
            ),
            1
        );
        assert_eq!(faults(&golden, 200, &json!({"name": "a"}).to_string()), 1);
        assert_eq!(faults(&golden, 404, "{}"), 1);
    }

    #[test]
    fn flat_forms_are_compared_by_what_they_mean() {
        let yaml = golden(
            &json!({"kind": "flat", "path": "/a-x.yml", "status": 200, "body": "a: 'yes'\nb: 1.0E-7\n"}),
        );
        assert_eq!(faults(&yaml, 200, "b: 1e-07\na: \"yes\"\n"), 0);
        assert_eq!(faults(&yaml, 200, "b: 1e-07\na: yes\n"), 1);
        let lines = golden(
            &json!({"kind": "flat", "path": "/a-x.properties", "status": 200, "body": "a: 1\nb: 2"}),
        );
        assert_eq!(faults(&lines, 200, "b: 2\na: 1\n"), 0);
        assert_eq!(faults(&lines, 200, "b: 2\na: 3\n"), 2);
    }

    #[test]
    fn an_invalid_file_must_be_named_with_its_place() {
        let golden = golden(&json!({"kind": "invalid-file", "path": "/a/x", "status": 404}));
        let body =
            json!({"code": "DOCUMENT_INVALID", "fault": {"file": "a.yml", "line": 1, "column": 2}});
        assert_eq!(faults(&golden, 500, &body.to_string()), 0);
        assert_eq!(faults(&golden, 404, &body.to_string()), 1);
        assert_eq!(
            faults(
                &golden,
                500,
                &json!({"code": "DOCUMENT_INVALID"}).to_string()
            ),
            3
        );
    }
}
