//! Reads how a call ended, and makes sure that every status that leaves a server carries our details
//! and reveals no internals.

use http::HeaderMap;
use tonic::{Code, Status};

use crate::{
    context::Context,
    error::{Fault, Reason},
};

/// A call's code, and the reason behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) code: Code,
    /// `None` for calls that did not fail, and where no status explains the failure.
    pub(super) reason: Option<Reason>,
}

impl Ending {
    /// As it should.
    pub(super) const OK: Self = Self {
        code: Code::Ok,
        reason: None,
    };

    /// Without a word of how.
    pub(super) const UNSAID: Self = Self {
        code: Code::Unknown,
        reason: None,
    };

    /// With a fault.
    pub(super) fn of(fault: &Fault) -> Self {
        Self::because(fault.reason())
    }

    pub(super) const fn because(reason: Reason) -> Self {
        Self {
            code: reason.code(),
            reason: Some(reason),
        }
    }

    /// The reason as log lines name it.
    pub(super) fn why(self) -> &'static str {
        match (self.reason, self.code) {
            (Some(reason), _) => reason.name(),
            (None, Code::Ok) => "none",
            (None, _) => "the answer ended without a status",
        }
    }
}

/// How the call ended by a response's headers or trailers, after a status that a handler, tonic or
/// a library made without details has been given them. A server fault among those is logged here,
/// and hidden.
pub(super) fn seal(headers: &mut HeaderMap, context: &Context) -> Option<Ending> {
    let code = Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes());
    if code == Code::Ok {
        return Some(Ending::OK);
    }
    let status = Status::from_header_map(headers)?;
    if !status.details().is_empty() {
        let reason = Some(Fault::from_status(&status).reason());
        return Some(Ending { code, reason });
    }
    let fault = match Reason::of_code(code) {
        Reason::Internal => {
            context.enter(|| tracing::error!(cause = status.message(), "internal error"));
            Fault::hidden(Some(context))
        }
        reason => Fault::new(reason, status.message()),
    };
    Some(write(fault, headers))
}

/// A failure without our details, if that is what the headers say: tonic's word on a message that
/// it could not read, which a handler may say as well.
pub(super) fn bare(headers: &HeaderMap) -> Option<Status> {
    let status = Status::from_header_map(headers)?;
    (status.code() != Code::Ok && status.details().is_empty()).then_some(status)
}

/// Whether an answer is nothing but a failure.
pub(super) fn has_failed(headers: &HeaderMap) -> bool {
    Status::from_header_map(headers).is_some_and(|status| status.code() != Code::Ok)
}

/// Puts a fault into headers or trailers.
pub(super) fn write(fault: Fault, headers: &mut HeaderMap) -> Ending {
    let ending = Ending::of(&fault);
    // fails for metadata that cannot be headers; a fault's status has none of these
    let _ = Status::from(fault).add_header(headers);
    ending
}
