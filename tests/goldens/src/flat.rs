//! Flat forms, compared by what they mean.

use std::collections::BTreeSet;

use serde_json::Value;
use vortex_spring::Format;

use crate::check::Answer;
use crate::compare::Faults;
use crate::golden::Body;

/// A flat form, by the extension of the path that asked for it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Yaml,
    Json,
    Properties,
}

impl Form {
    /// The form a path asks for; none for the paths of environments.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or(path);
        let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
        match extension {
            "yml" | "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "properties" => Some(Self::Properties),
            _ => None,
        }
    }

    /// The value that a body of this form means.
    pub(crate) fn read(self, body: &[u8], faults: &mut Faults) -> Option<Value> {
        match self {
            Self::Json => faults.json(body),
            Self::Yaml => yaml(body, faults),
            Self::Properties => Some(lines(&String::from_utf8_lossy(body))),
        }
    }
}

/// Compares an answer with what Spring wrote.
pub(crate) fn compare(form: Form, expected: &Body, answer: &Answer, faults: &mut Faults) {
    let expected = match expected {
        Body::Json(value) => Some(value.clone()),
        Body::Text(text) => form.read(text.as_bytes(), faults),
    };
    let actual = form.read(&answer.body, faults);
    if let (Some(expected), Some(actual)) = (expected, actual) {
        faults.same_value("$", &expected, &actual);
    }
}

/// A YAML 1.1 document. That our reader tells its scalars rightly is shown by
/// the goldens of environments, which are JSON.
fn yaml(body: &[u8], faults: &mut Faults) -> Option<Value> {
    match vortex_spring::parse(Format::Yaml, body) {
        Ok(file) => {
            let first = file.documents.into_iter().next();
            Some(first.map_or(Value::Null, |document| document.tree))
        }
        Err(cause) => {
            let text = String::from_utf8_lossy(body);
            faults.push(format!("the body is not YAML ({cause}): {text}"));
            None
        }
    }
}

/// The lines, as the members of an object: their order does not count, nor do
/// blank ones, which come and go with the order where values end a line.
fn lines(text: &str) -> Value {
    let lines: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines
        .into_iter()
        .map(|line| (line.to_owned(), Value::Null))
        .collect()
}
