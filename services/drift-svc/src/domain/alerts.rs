//! Alerts: what is wrong with whole fleets, and who has said what about it.

mod book;
mod id;
mod pulse;

pub(crate) use book::{Book, Event, Resolved, Step};
pub(crate) use id::AlertId;
pub(crate) use pulse::{Limits, Pulse, Reading, Turn};

use jiff::Timestamp;

use super::FleetName;

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    /// Too many run what they should not.
    Drift,
    /// More than half went silent at once.
    Silence,
}

/// An alert: one for a fleet, its cause and the version expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alert {
    /// Its id, which sorts by the time it began.
    pub id: AlertId,
    /// The fleet.
    pub fleet: FleetName,
    /// What it is about.
    pub cause: Cause,
    /// How it stands.
    pub state: AlertState,
    /// The version that is expected of most.
    pub expected: String,
    /// Instances that it is about, at its worst.
    pub worst: u64,
    /// Instances that it is about; when it was resolved, once it is.
    pub instances: u64,
    /// All instances that it is measured against.
    pub total: u64,
    /// When it began to fire.
    pub started_at: Timestamp,
    /// Who has seen it.
    pub acknowledged: Option<Acknowledged>,
}

/// How an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AlertState {
    /// Its cause lasts.
    Firing,
    /// Its cause is gone, since then.
    Resolved(Timestamp),
}

/// That somebody has seen an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub comment: String,
}

/// A time in which a fleet's alerts are not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Silence {
    /// The fleet.
    pub fleet: FleetName,
    /// Until when.
    pub until: Timestamp,
    /// Who set it.
    pub author: String,
    /// Why.
    pub reason: String,
}

impl Cause {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Drift, Self::Silence];

    /// Its name in metrics and logs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Silence => "silence",
        }
    }
}

impl Alert {
    /// Whether its cause lasts.
    pub(crate) fn is_firing(&self) -> bool {
        self.state == AlertState::Firing
    }
}
