//! Drift: which instances run what they should, and which don't.

mod alerts;
mod instances;

pub use alerts::{Alert, AlertCause, AlertState, Alerts, NewSilence, Silence, SilenceAnswer};
pub use instances::{DriftState, DriftedInstance, Instance, Instances, Remediated, Remediation};

use crate::{Assignment, answer::answers};

answers! {
    /// A page of fleets, by name. A fleet is all instances that read the same configuration.
    pub struct Fleets {
        /// The fleets.
        pub fleets: Vec<Fleet>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// How a fleet stands, in short.
    pub struct Fleet {
        /// The application.
        pub app: String,
        /// The profiles, separated by commas.
        pub profile: String,
        /// The label.
        pub label: String,
        /// All instances.
        pub total: u64,
        /// How many are in each state.
        pub states: StateCounts,
        /// The part of those not stale that drifted, failed or run an unknown version: 0 to 1.
        pub drift_ratio: f64,
        /// Whether an alert about it is firing.
        pub alerting: bool,
        /// That alert's id; empty if none is.
        pub alert: String,
        /// Until when its alerts are sent to nobody; null if they are sent.
        pub silenced_until: Option<String>,
        /// Whether silent instances are kept, since so many are silent at once that the fault is
        /// not theirs.
        pub expiry_suspended: bool,
    }

    /// How a fleet stands.
    pub struct FleetDrift {
        /// The application.
        pub app: String,
        /// The profiles, separated by commas.
        pub profile: String,
        /// The label.
        pub label: String,
        /// All instances.
        pub total: u64,
        /// How many are in each state.
        pub states: StateCounts,
        /// The part of those not stale that drifted, failed or run an unknown version: 0 to 1.
        pub drift_ratio: f64,
        /// Whether an alert about it is firing.
        pub alerting: bool,
        /// That alert's id; empty if none is.
        pub alert: String,
        /// Until when its alerts are sent to nobody; null if they are sent.
        pub silenced_until: Option<String>,
        /// Whether silent instances are kept, since so many are silent at once that the fault is
        /// not theirs.
        pub expiry_suspended: bool,
        /// What its instances should run.
        pub expected: Vec<ExpectedVersion>,
        /// What they run, the most frequent first, 100 at most.
        pub versions: Vec<RunningVersion>,
        /// A page of those that drifted, failed or run an unknown version.
        pub drifted: Vec<DriftedInstance>,
        /// The token of the next page of them; empty on the last one.
        pub next_page_token: String,
    }

    /// How many instances are in each state.
    pub struct StateCounts {
        /// They run the stable version, as they should, or one that is tolerated.
        pub in_sync: u64,
        /// They run the version of a canary, as they should.
        pub canary: u64,
        /// What they should run changed only just now, or is not known.
        pub pending: u64,
        /// They run another version than they should.
        pub drifted: u64,
        /// They refused the version that they should run.
        pub failed: u64,
        /// They run a version that was never served here, or not of late.
        pub unknown_version: u64,
        /// They run what is newer than this server knows.
        pub ahead: u64,
        /// They are silent.
        pub stale: u64,
    }

    /// A version that instances of a fleet should run.
    pub struct ExpectedVersion {
        /// The version; empty if it can't be known, since a document is not valid.
        pub version: String,
        /// The splits, and the arm of each, whose instances should run it; empty where no split
        /// concerns the fleet.
        pub arms: Vec<Assignment>,
        /// The percentage of all instances that should run it.
        pub share: f64,
    }

    /// The instances of a fleet that run one version, in one state.
    pub struct RunningVersion {
        /// The version; empty for those that have none yet.
        pub version: String,
        /// Their state with it.
        pub state: DriftState,
        /// How many there are.
        pub instances: u64,
    }
}
