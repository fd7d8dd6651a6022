//! A report: what an instance runs, and how it fares.

use super::{Assignment, Mark, Measured};

/// Bytes of an instance's id.
pub(crate) const MAX_INSTANCE: usize = 256;
/// Splits that decide what one instance gets.
pub(crate) const MAX_ASSIGNMENTS: usize = 16;
/// Arms that one report has figures of.
pub(crate) const MAX_MEASURED: usize = 100;
/// Latencies of one arm that are listed one by one.
pub(crate) const MAX_LATENCIES: usize = 10_000;

/// A report whose fields are valid, by texts that are somebody else's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Report<'a> {
    /// The instance's id.
    pub instance: &'a str,
    /// Where it stands among the instance's reports.
    pub mark: Mark,
    /// The version that the instance runs. Empty if it has none yet.
    pub version: &'a str,
    /// The log's position that this was served at; 0 if that is not known.
    pub position: u64,
    /// What decided it.
    pub assignments: Vec<Assignment<'a>>,
    /// How it fares.
    pub status: Status,
    /// What it refused.
    pub refused: Option<Refused<'a>>,
    /// What it measured.
    pub measured: Vec<Measured<'a>>,
    /// Where it runs.
    pub metadata: Metadata<'a>,
}

/// How an instance fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// It works.
    Healthy,
    /// It works in part.
    Degraded,
    /// It does not work.
    Unhealthy,
    /// It ends in order.
    Stopping,
}

/// A version that an instance refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused<'a> {
    /// The version.
    pub version: &'a str,
    /// Why.
    pub error: &'a str,
}

/// Where an instance runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Metadata<'a> {
    /// The machine.
    pub host: &'a str,
    /// The pod's namespace.
    pub namespace: &'a str,
    /// The region or zone.
    pub zone: &'a str,
    /// The application's own version.
    pub app_version: &'a str,
}
