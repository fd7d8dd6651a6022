//! The goldens as they are stored: one JSON object a line.

use serde::Deserialize;
use serde_json::Value;

/// What a real server answered to one request.
#[derive(Debug, Clone, Deserialize)]
pub struct Golden {
    /// What must hold of our answer.
    pub kind: Kind,
    /// The path with its query.
    pub path: String,
    /// The `Accept` header that was sent, if one was.
    pub accept: Option<String>,
    /// The status that Spring answered.
    pub status: u16,
    /// The content type, for status 200.
    pub content_type: Option<String>,
    /// The body, for status 200.
    pub body: Option<Body>,
    /// What we answer where Spring fails, for [`Kind::Ours`].
    pub ours: Option<Value>,
}

/// A body: text for flat forms and plain files, JSON for the others.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// The text as it was.
    Text(String),
    /// The parsed JSON.
    Json(Value),
}

/// What must hold of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The same property sources.
    Environment,
    /// The same property sources, with the origin of each value.
    Origins,
    /// The same value in a flat form.
    Flat,
    /// The same bytes.
    PlainText,
    /// Some 4xx.
    Refused,
    /// 500, naming file, line and column.
    InvalidFile,
    /// Our own value, where Spring fails.
    Ours,
    /// As environment or flat form, with another source setting.
    SearchPathsAndOverrides,
    /// As environment or flat form, with features of a later day.
    ImportGroupCipher,
}

/// A line that is not a golden.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is not a golden: {cause}")]
pub struct LoadError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    #[source]
    pub cause: serde_json::Error,
}

/// Reads the lines of a file of goldens.
///
/// # Errors
/// The first line that is not a golden.
pub fn load(text: &str) -> Result<Vec<Golden>, LoadError> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|cause| LoadError {
                line: index + 1,
                cause,
            })
        })
        .collect()
}
