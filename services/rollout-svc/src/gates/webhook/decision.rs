//! Reads a webhook's answer: pure.

use reqwest::StatusCode;
use serde::Deserialize;

use super::Decision;
use crate::{
    domain::analysis::WebhookFinding,
    gates::http::{Unanswered, told},
};

/// What it may say beside is skipped.
#[derive(Deserialize)]
struct Said {
    decision: String,
    message: Option<String>,
}

/// The decision of an answer.
///
/// # Errors
/// When it is none.
pub(super) fn of(status: StatusCode, body: &[u8]) -> Result<Decision, Unanswered> {
    if is_passing(status) {
        return Err(Unanswered::Away(format!("it answered {status}")));
    }
    if !status.is_success() {
        return Err(Unanswered::Refused(format!("it answered {status}")));
    }
    let said: Said = serde_json::from_slice(body).map_err(|_| {
        let expected = r#"{"decision": "pass"}"#;
        Unanswered::Refused(format!("its answer is not one such as {expected}"))
    })?;
    let finding = match said.decision.as_str() {
        "pass" => WebhookFinding::Passes,
        "fail" => WebhookFinding::Fails,
        "wait" => WebhookFinding::Waits,
        other => {
            let other = told(other);
            let why = format!("its decision is {other:?}: pass, fail and wait are known");
            return Err(Unanswered::Refused(why));
        }
    };
    Ok((finding, told(&said.message.unwrap_or_default())))
}

/// Whether the next attempt may get another answer.
fn is_passing(status: StatusCode) -> bool {
    let passing = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_server_error() || passing.contains(&status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Result<Decision, Unanswered> {
        of(StatusCode::from_u16(status).unwrap(), body.as_bytes())
    }

    #[test]
    fn a_webhook_passes_fails_or_waits() {
        for (said, finding) in [
            ("pass", WebhookFinding::Passes),
            ("fail", WebhookFinding::Fails),
            ("wait", WebhookFinding::Waits),
        ] {
            let body = format!(r#"{{"decision":"{said}","message":"so\nit is","more":1}}"#);
            assert_eq!(read(200, &body), Ok((finding, "so it is".to_owned())));
        }
        let silent = read(202, r#"{"decision":"pass","message":null}"#);
        assert_eq!(silent, Ok((WebhookFinding::Passes, String::new())));
        let long = format!(r#"{{"decision":"fail","message":"{}"}}"#, "ß".repeat(1_000));
        assert!(read(200, &long).unwrap().1.len() <= 300);
    }

    #[test]
    fn anything_else_is_no_decision() {
        for (status, body) in [
            (200, ""),
            (200, "pass"),
            (200, r#"{"decision":true}"#),
            (200, r#"{"decision":"PASS"}"#),
            (200, "[]"),
            (204, ""),
            (404, r#"{"decision":"pass"}"#),
        ] {
            let refused = read(status, body);
            assert!(matches!(refused, Err(Unanswered::Refused(_))), "{body}");
        }
        for status in [408, 429, 500, 503] {
            let away = read(status, r#"{"decision":"pass"}"#);
            assert!(matches!(away, Err(Unanswered::Away(_))), "{status}");
        }
    }
}
