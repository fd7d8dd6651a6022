//! Instances, and asking them to fetch their version again.

use serde::{Deserialize, Serialize};

use crate::{
    Assignment, InstanceMetadata, InstanceStatus, RefusedVersion, answer::answers, name::names,
};

answers! {
    /// A page of instances, by fleet and id.
    pub struct Instances {
        /// The instances.
        pub instances: Vec<Instance>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// An instance.
    pub struct Instance {
        /// The application.
        pub app: String,
        /// The profiles that it reads, separated by commas.
        pub profile: String,
        /// The label.
        pub label: String,
        /// Its id.
        pub instance_id: String,
        /// How it stands to the version that it should run.
        pub state: DriftState,
        /// Since when it does.
        pub since: Option<String>,
        /// What it runs; empty while it has nothing.
        pub version: String,
        /// What it should run; empty if that is not known.
        pub expected_version: String,
        /// The splits that decide what it should run, with its arms.
        pub assignments: Vec<Assignment>,
        /// How it fares, as it says.
        pub status: InstanceStatus,
        /// What it refused; null if there is none, or it is no longer kept.
        pub refused: Option<RefusedVersion>,
        /// When it last reported.
        pub last_seen: Option<String>,
        /// Which life of it this is; 0 if it doesn't say.
        pub boot_id: u64,
        /// Where it runs.
        pub metadata: InstanceMetadata,
        /// Whether two processes report as this instance by turns.
        pub shared_id: bool,
    }

    /// An instance that does not run what it should.
    pub struct DriftedInstance {
        /// Its id.
        pub instance_id: String,
        /// How it stands: `drifted`, `failed` or `unknown_version`.
        pub state: DriftState,
        /// What it runs.
        pub version: String,
        /// What it should run.
        pub expected_version: String,
        /// Since when it doesn't.
        pub since: Option<String>,
        /// When it last reported.
        pub last_seen: Option<String>,
        /// Why it refused a version; empty if it did not, or that is no longer kept.
        pub error: String,
    }

    /// Who is asked to fetch its version again.
    pub struct Remediated {
        /// How many are asked with the answer to their next report.
        pub asked: u64,
        /// How many were asked for the same version less than five minutes ago.
        pub asked_before: u64,
        /// How many of those named run what they should, or are not known.
        pub skipped: u64,
    }
}

/// Which instances are asked to fetch their version again.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Remediation {
    /// Their ids, 1 to 1,000. All that drifted, failed or run an unknown version when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
    pub instances: Option<Vec<String>>,
}

names! {
    /// How an instance stands to the version that it should run.
    pub enum DriftState {
        /// It has not reported for three intervals.
        Stale = "stale",
        /// It refused the version that it should run.
        Failed = "failed",
        /// It runs a version that was never served here, or not among the last 16.
        UnknownVersion = "unknown_version",
        /// It runs what is newer than this server knows.
        Ahead = "ahead",
        /// It runs the stable version, as it should, or one that is tolerated.
        InSync = "in_sync",
        /// It runs the version of a split's canary, as it should.
        Canary = "canary",
        /// It runs another version than it should, but that changed only just now, or is not known.
        Pending = "pending",
        /// It runs another version than it should.
        Drifted = "drifted",
    }
}
