//! A server's address, as errors name it.

use std::{sync::Arc, time::Duration};

use reqwest::Url;

use crate::error::Error;

/// A server's address, as errors name it.
#[derive(Clone, Debug)]
pub(crate) struct Address(Arc<str>);

impl Address {
    pub(super) fn new(server: &Url) -> Self {
        Self(server.as_str().into())
    }

    /// A call that broke; whether the server may have seen it.
    pub(super) fn broken(&self, error: &(dyn std::error::Error + 'static), sent: bool) -> Error {
        let cause = vortex_tls::explain(error).unwrap_or_else(|| root_cause(error));
        self.unreachable(cause, sent)
    }

    /// A connection that ended like this.
    pub(super) fn ended(&self, cause: &str) -> Error {
        self.unreachable(cause.to_owned(), true)
    }

    fn unreachable(&self, cause: String, sent: bool) -> Error {
        Error::Unreachable {
            server: self.0.to_string(),
            cause,
            sent,
        }
    }

    pub(crate) fn timed_out(&self, after: Duration) -> Error {
        Error::TimedOut {
            server: self.0.to_string(),
            after,
        }
    }

    /// An answer that is none.
    pub(crate) fn garbage(&self, what: impl Into<String>) -> Error {
        Error::Garbage {
            server: self.0.to_string(),
            what: what.into(),
        }
    }
}

/// The innermost cause: `Connection refused (os error 111)`.
pub(super) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
