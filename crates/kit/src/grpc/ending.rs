//! How a call ended.

use tonic::Code;

use crate::error::{Fault, Reason};

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
