//! An error as the server reports it: `application/problem+json` (RFC 9457), or whatever a proxy
//! answered instead.

use std::{fmt, time::Duration};

use vortex_rest::{FieldViolation, Problem as Body};

use crate::exit::Exit;

/// How many characters of an answer other than a problem are shown.
const EXCERPT: usize = 200;

/// An error as the server tells it.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The constant programs may branch on; `None` when something else than a gateway answered.
    pub(crate) code: Option<String>,
    detail: String,
    request_id: String,
    violations: Vec<FieldViolation>,
    /// How long the server asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
    /// Where a redirect points.
    pub(crate) location: Option<String>,
    /// What the caller may do next, where more is known than the answer says.
    pub(crate) advice: Option<String>,
}

impl Problem {
    /// Reads the body of an answer of `status`; `request_id` is what was sent.
    pub(crate) fn read(status: u16, body: &[u8], request_id: &str) -> Self {
        let body = match serde_json::from_slice::<Body>(body) {
            Ok(body) if !body.code.is_empty() => body,
            _ => Body {
                detail: excerpt(body),
                ..Body::default()
            },
        };
        Self {
            status,
            code: Some(body.code).filter(|code| !code.is_empty()),
            detail: body.detail,
            request_id: match body.request_id.is_empty() {
                true => request_id.to_owned(),
                false => body.request_id,
            },
            violations: body.errors.unwrap_or_default(),
            retry_after: None,
            location: None,
            advice: None,
        }
    }

    /// Whether the same call may succeed a little later, and is safe to make again under the same
    /// request id.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self.status, 429 | 502 | 503) || self.is("OUTCOME_UNKNOWN")
    }

    /// Whether a watch can't resume from where it stood, and has to begin again.
    pub(crate) fn is_lost_position(&self) -> bool {
        self.is("REVISION_UNKNOWN") || self.is("TOKEN_TOO_OLD")
    }

    /// Whether the code is this one.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// What the caller may do next.
    pub(crate) fn hint(&self) -> Option<String> {
        let known = self.known_hint().map(str::to_owned);
        self.advice.clone().or(known)
    }

    fn known_hint(&self) -> Option<&'static str> {
        let by_code = match self.code.as_deref().unwrap_or_default() {
            "DOCUMENT_NOT_FOUND" => "`vortex config list` shows what there is",
            "VERSION_NOT_FOUND" => "`vortex config versions` shows the versions that are kept",
            "CHANGE_NOT_FOUND" => "`vortex changes list` shows the change sets that are kept",
            "SOURCE_NOT_FOUND" => "`vortex sources list` shows what there is",
            "LABEL_NOT_FOUND" => "a label begins with the first document written on it",
            "PRECONDITION_FAILED" => {
                "it changed in the meantime: `vortex config diff` or `rollout get` shows how it is now"
            }
            "STORE_FULL" => {
                "nothing changed: make room on the server's disk and repeat it; reads go on, and no \
                 restart is needed"
            }
            "STORE_DAMAGED" => {
                "write the document again, or restore a backup of the server's store"
            }
            "VERSION_EXISTS" => "names are never reused: choose another with --version",
            "REQUEST_ID_REUSED" => "leave --request-id out, or take a new one",
            "LABEL_FED_BY_SOURCE" => "change it in the source, or write on another label",
            "SOURCE_SHRANK" => "`vortex sources show` says what waits, `approve` lets it through",
            "SOURCE_NOT_READY" => "`vortex sources list` shows how the import stands",
            "DOCUMENT_AMBIGUOUS" => "`vortex config list` shows the other document",
            "UNSUPPORTED_FORMAT" => "--media-type or the file's extension says what it is",
            "CHANGE_RELEASED" => "release another change set to go back",
            "ROLLOUT_NOT_FOUND" => "`vortex rollout list` shows what there is",
            "ROLLOUT_CONFLICT" => "`vortex rollout list --state created,running,paused` shows it",
            "ROLLOUT_WRONG_STATE" => "`vortex rollout get` says what may be done",
            "NO_BASELINE" => "`vortex changes release` makes it stable without a rollout",
            "ALERT_NOT_FOUND" => "`vortex drift alerts` shows what there is",
            "INSTANCE_NOT_FOUND" => "`vortex drift instances APP PROFILE` lists those that report",
            "KEY_NOT_FOUND" => "`vortex key list` shows what there is",
            "KEY_EXISTS" => "take another --name, or replace that key: `vortex key rotate`",
            "KEY_ENDED" => "`vortex key list` shows what it was replaced by, if it was",
            "CHANGE_NOT_STAGED" => "write it with --stage, so that no reader gets it yet",
            "GENERATION_OUTDATED" => "report what was measured since the share last changed",
            "OUTCOME_UNKNOWN" | "DEADLINE_EXCEEDED" => {
                "it may have been done: repeat it with the same --request-id"
            }
            _ => "",
        };
        let by_status = || match (self.status, Exit::of_status(self.status)) {
            (300..400, _) => "give --server the address it redirects to",
            (404, _) if self.code.is_none() => "is this the address of a Vortex gateway?",
            (_, Exit::Denied) => "ask for a key that may do this",
            _ => "",
        };
        Some(by_code)
            .into_iter()
            .chain([by_status()])
            .find(|hint| !hint.is_empty())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => f.write_str(code)?,
            None => write!(f, "HTTP {}", self.status)?,
        }
        if let Some(location) = &self.location {
            write!(f, ": redirected to {location}")?;
        } else if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        for violation in &self.violations {
            // a server that has one violation to tell tells it in the detail too
            if !self.detail.contains(&violation.detail) {
                write!(f, "; {}: {}", violation.field, violation.detail)?;
            }
        }
        write!(f, " (request {})", self.request_id)
    }
}

/// The beginning of a text, if it is one; markup says nothing to a person.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.trim();
    match text.starts_with('<') {
        true => String::new(),
        false => text
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(EXCERPT)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_one_sentence_with_code_detail_and_request() {
        let body = br#"{"code":"INVALID_ARGUMENT","detail":"two fields are wrong","request_id":"r",
            "errors":[{"field":"a","detail":"is empty"},{"field":"b","detail":"is long"}],"x":1}"#;
        assert_eq!(
            Problem::read(400, body, "sent").to_string(),
            "INVALID_ARGUMENT: two fields are wrong; a: is empty; b: is long (request r)"
        );
    }

    #[test]
    fn what_is_no_problem_is_told_by_its_status() {
        let told = |body: &[u8]| Problem::read(502, body, "sent").to_string();
        assert_eq!(
            told(b"upstream is away\nmore"),
            "HTTP 502: upstream is away (request sent)"
        );
        assert_eq!(told(b"<html>"), "HTTP 502 (request sent)");
        assert_eq!(told(b""), "HTTP 502 (request sent)");
        assert_eq!(told(b"[1]"), "HTTP 502: [1] (request sent)");
    }
}
