//! Why an invocation failed, and what to do about it.

use std::{fmt::Write, io, path::PathBuf, time::Duration};

use crate::{
    client::Problem, command::rollout::NotCompleted, console::printable, contexts, exit::Exit,
};

/// A failed invocation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The server refused.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// No connection came about, or it broke before the answer was whole.
    #[error("{server} can't be reached: {cause}")]
    Unreachable {
        /// The gateway's address.
        server: String,
        /// What the connection failed with.
        cause: String,
        /// The id of the request.
        request_id: String,
    },
    /// The deadline passed.
    #[error("no answer from {server} within {}", humantime::format_duration(*.after))]
    TimedOut {
        /// The gateway's address.
        server: String,
        /// How long was waited.
        after: Duration,
        /// The id of the request.
        request_id: String,
        /// Whether something may have changed all the same.
        mutation: bool,
    },
    /// The answer is none of this API.
    #[error("the answer of {server} cannot be understood: {what}")]
    Garbage {
        /// The gateway's address.
        server: String,
        /// What is wrong with it.
        what: String,
    },
    /// The command line asks for something that can't be.
    #[error("{0}")]
    Usage(String),
    /// The input would be refused.
    #[error("{code}: {detail}")]
    Input {
        /// The server's code for it.
        code: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// The server's answer is empty, where something was asked for by name.
    #[error("{0}")]
    NoMatch(String),
    /// A file can't be read.
    #[error("{} can't be read: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The rollout that was waited for did not complete.
    #[error(transparent)]
    Rollout(#[from] NotCompleted),
    /// Something to be measured did not happen.
    #[error("{what} within {}", humantime::format_duration(*.after))]
    NotSeen {
        /// What did not happen.
        what: String,
        /// How long was waited.
        after: Duration,
    },
    /// Something is paused, waits, is frozen or degraded.
    #[error("not all is well")]
    NotWell,
    /// The contexts can't be used.
    #[error(transparent)]
    Contexts(#[from] contexts::Error),
    /// Standard output can't be written.
    #[error("standard output can't be written: {0}")]
    Output(#[from] io::Error),
    /// The client could not be set up.
    #[error("the client can't be set up: {0}")]
    Setup(String),
    /// No key can be made.
    #[error(transparent)]
    NoRandomness(#[from] vortex_access::NoRandomness),
    /// The operator said no.
    #[error("given up; nothing changed")]
    Declined,
}

impl Error {
    /// The answer of the server at an address cannot be understood.
    pub(crate) fn garbage(server: &impl ToString, what: impl Into<String>) -> Self {
        Self::Garbage {
            server: server.to_string(),
            what: what.into(),
        }
    }

    /// With what to do, where a server asks for a key.
    pub(crate) fn with_advice(mut self, advice: Option<String>) -> Self {
        if let Self::Problem(problem) = &mut self
            && problem.status == 401
        {
            problem.advice = advice;
        }
        self
    }

    /// Whether what was asked may have been done all the same.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Garbage { .. } => true,
            Self::TimedOut { mutation, .. } => *mutation,
            Self::Problem(problem) => {
                problem.is("OUTCOME_UNKNOWN") || matches!(problem.status, 500 | 502 | 504)
            }
            _ => false,
        }
    }

    /// The exit code that stands for it.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Problem(problem) => Exit::of_status(problem.status),
            Self::Unreachable { .. } | Self::TimedOut { .. } => Exit::Unavailable,
            Self::Garbage { .. }
            | Self::Setup(_)
            | Self::NoRandomness(_)
            | Self::Declined
            | Self::NotSeen { .. }
            | Self::NotWell => Exit::Failed,
            Self::Usage(_) => Exit::Usage,
            Self::NoMatch(_) => Exit::NotFound,
            Self::Input { .. } | Self::Unreadable { .. } => Exit::Refused,
            Self::Rollout(outcome) => outcome.exit(),
            Self::Contexts(error) => error.exit(),
            // a reader such as `head` that has seen enough is not a failure
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Self::Output(_) => Exit::Failed,
        }
    }

    /// What the caller may do next.
    fn hint(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => problem.hint(),
            Self::Unreachable { .. } => Some(
                "is the gateway running there? --server, VORTEX_SERVER or a context says where \
                 it is"
                    .to_owned(),
            ),
            Self::TimedOut {
                mutation: true,
                request_id,
                ..
            } => Some(format!(
                "it may have been done anyway; repeat it with --request-id {request_id}, \
                 which does nothing twice"
            )),
            Self::TimedOut { .. } => Some("give it more time with --timeout".to_owned()),
            Self::Setup(_) => Some(
                "https needs the certificates of the system: install ca-certificates, or name a \
                 file with SSL_CERT_FILE"
                    .to_owned(),
            ),
            Self::Garbage { .. } => Some("is this the address of a Vortex gateway?".to_owned()),
            Self::Rollout(outcome) => Some(outcome.hint()),
            Self::Contexts(error) => error.hint(),
            _ => None,
        }
    }

    /// The message for people: one sentence, and a line with a hint where there is one.
    pub(crate) fn report(&self, error: &str, hint: &str) -> String {
        let mut report = format!("{error} {}", printable(&self.to_string()));
        if let Self::Unreachable { request_id, .. } | Self::TimedOut { request_id, .. } = self {
            // writing to a String does not fail
            let _ = write!(report, " (request {})", printable(request_id));
        }
        if let Some(text) = self.hint() {
            let _ = write!(report, "\n{hint} {}", printable(&text));
        }
        report
    }
}
