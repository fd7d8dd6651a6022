//! Why a report is not taken, and how callers are told.

use std::time::Duration;

use vortex_kit::{
    error::{Fault, Reason},
    shutdown::Drain,
};
use vortex_views::InvalidFleet;

use crate::domain::{Full, Invalid};

/// Why a report is not taken. Nothing of it counts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// A field of it is not valid.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Its fleet can't be one.
    #[error(transparent)]
    Fleet(#[from] InvalidFleet),
    /// Its caller may not report of its fleet.
    #[error(transparent)]
    Denied(Fault),
    /// There are too many reports.
    #[error("{} may send {a_second} reports a second", limit.whose())]
    TooFast {
        /// Of whom.
        limit: Limit,
        /// As many as may be.
        a_second: u32,
        /// When to try again.
        again: Duration,
    },
    /// There is no room for it in this window.
    #[error("this window has no room for further {}", full.what())]
    Full {
        /// What there is no room for.
        full: NoRoom,
        /// When to try again.
        again: Duration,
    },
    /// The process ends.
    #[error("the server is shutting down")]
    Ending,
}

/// Whose reports are limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Those of one application.
    App,
    /// Those that one caller sends.
    Client,
    /// All that this process takes.
    Process,
}

/// What there is no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// Instances, or texts of them.
    Window(Full),
    /// A further fleet.
    Fleets,
}

impl Refused {
    /// Whether it is not the report that is wrong.
    pub(crate) fn is_for_want_of_room(&self) -> bool {
        match self {
            Self::TooFast { .. } | Self::Full { .. } | Self::Ending => true,
            Self::Invalid(_) | Self::Fleet(_) | Self::Denied(_) => false,
        }
    }
}

impl Limit {
    fn whose(self) -> &'static str {
        match self {
            Self::App => "one application",
            Self::Client => "one caller",
            Self::Process => "all callers together",
        }
    }
}

impl NoRoom {
    fn what(self) -> &'static str {
        match self {
            Self::Window(Full::Instances) => "instances",
            Self::Window(Full::Texts) => "versions",
            Self::Fleets => "applications",
        }
    }
}

/// The fault for a report that is not taken, whose fields are those of `at`.
pub(crate) fn fault(refused: Refused, at: &str) -> Fault {
    let message = refused.to_string();
    match refused {
        Refused::Invalid(invalid) => {
            let invalid = invalid.within(at);
            Fault::invalid(invalid.field, invalid.why.to_string())
        }
        Refused::Fleet(invalid) => invalid.fault(&format!("{at}.fleet")),
        Refused::Denied(fault) => fault,
        Refused::TooFast {
            a_second, again, ..
        } => Fault::new(Reason::RateLimited, message)
            .with("limit", a_second)
            .retry_after(again),
        Refused::Full { again, .. } => Fault::new(Reason::Overloaded, message).retry_after(again),
        Refused::Ending => Drain::fault(),
    }
}
