//! Why something did not work.

use std::{fmt, time::Duration};

/// Why something did not work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting of the builder can't be used.
    #[error("{setting}: {what}")]
    Setting {
        /// Its name, as the builder's method has it.
        setting: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// No connection could be made, or it broke.
    #[error("{server} can't be reached: {cause}")]
    Unreachable {
        /// The gateway's address.
        server: String,
        /// What broke it.
        cause: String,
        /// Whether the gateway may have seen the request all the same.
        sent: bool,
    },
    /// There was no whole answer in time.
    #[error("{server} did not answer within {after:?}")]
    TimedOut {
        /// The gateway's address.
        server: String,
        /// How long was waited.
        after: Duration,
    },
    /// The gateway refused, or something before it did.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// The answer is none that this library knows.
    #[error("{server} answered what is no answer: {what}")]
    Garbage {
        /// The gateway's address.
        server: String,
        /// What is wrong with it.
        what: String,
    },
    /// The configuration does not fit the application's type, and none that was kept does.
    #[error("version {version} does not fit: {cause}")]
    Unfit {
        /// The version that was served.
        version: String,
        /// The path in it, and what was expected there.
        cause: String,
    },
    /// There is no Tokio runtime here to run tasks.
    #[error("this must be called within a Tokio runtime")]
    NoRuntime,
    /// The client was stopped.
    #[error("the client was stopped")]
    Stopped,
}

impl Error {
    /// Whether the gateway is away, as opposed to having judged the request: what is kept on disk
    /// stands in for it.
    pub fn is_away(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Garbage { .. } => true,
            Self::Refused(problem) => problem.status >= 500 || problem.status == 429,
            Self::Setting { .. } | Self::Unfit { .. } | Self::NoRuntime | Self::Stopped => false,
        }
    }

    pub(crate) fn setting(setting: &'static str, what: impl fmt::Display) -> Self {
        Self::Setting {
            setting,
            what: what.to_string(),
        }
    }
}

/// A refusal as the gateway tells it (RFC 9457), or what a proxy answered instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The reason, for programs: `DOCUMENT_NOT_FOUND`. None if no gateway answered.
    pub code: Option<String>,
    /// What went wrong, for people.
    pub detail: String,
    /// The id under which every process of the server logs the request.
    pub request_id: String,
    /// How long the gateway asks to be left alone.
    pub retry_after: Option<Duration>,
}

impl Problem {
    /// Reads the body of an answer of this status.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let body: vortex_rest::Problem = serde_json::from_slice(body).unwrap_or_default();
        Self {
            status,
            code: Some(body.code).filter(|code| !code.is_empty()),
            detail: body.detail,
            request_id: body.request_id,
            retry_after: None,
        }
    }

    /// Whether a watch can't go on from where it stood, and has to begin anew.
    pub(crate) fn is_lost_position(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some("REVISION_UNKNOWN" | "TOKEN_TOO_OLD")
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => f.write_str(code)?,
            None => write!(f, "HTTP {}", self.status)?,
        }
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        if !self.request_id.is_empty() {
            write!(f, " (request {})", self.request_id)?;
        }
        Ok(())
    }
}

/// Why an application refuses a version. Any error becomes one by `?`.
///
/// It is no error itself, so that all errors can become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    /// A refusal for this reason, which people read where instances are listed.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.0
    }
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_told_by_its_code_or_its_status() {
        let body = br#"{"code":"FROZEN","detail":"until noon","request_id":"r","x":1}"#;
        assert_eq!(
            Problem::read(409, body).to_string(),
            "FROZEN: until noon (request r)"
        );
        assert_eq!(Problem::read(502, b"<html>").to_string(), "HTTP 502");
    }

    #[test]
    fn any_error_becomes_a_refusal() {
        let check = || -> Result<u8, Refusal> { Ok("x".parse::<u8>()?) };
        assert_eq!(
            check().unwrap_err().reason(),
            "invalid digit found in string"
        );
    }
}
