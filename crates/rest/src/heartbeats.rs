//! Heartbeats: which version an instance runs, and how it fares.

mod results;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use results::{HeartbeatReply, HeartbeatResult, RefusedHeartbeat};

use crate::{Assignment, name::names};

/// What an instance runs, and how it fares.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Heartbeat {
    /// The application. May be left out where the path names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The profiles that it reads, separated by commas, the last one highest; `default` when left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "dev,prod"))]
    pub profile: Option<String>,
    /// The label; `main` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The instance: what it reads its configuration as (`X-Vortex-Instance`).
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 256))]
    pub instance_id: String,
    /// Which life of the instance this is: greater after each start of its process, such as the
    /// microseconds since 1970 at its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<u64>,
    /// The number of this report in that life, from 1, without gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The version that it runs, as it was served; left out while it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The token that this version was served with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The assignments that this version was served with. Without them its arms are worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Vec<Assignment>>,
    /// How it fares; `healthy` when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<InstanceStatus>,
    /// Why it refused the version that it should run; `refused` names the version, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// A version that it refused, and still does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<RefusedVersion>,
    /// What it measured since its last report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Vec<Measured>>,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<InstanceMetadata>,
    /// Its clock as it sent this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub sent_at: Option<Timestamp>,
}

/// What an instance measured of one arm, or of all that it served.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measured {
    /// The split whose arm this is; may be left out where the assignments are of one split. Without
    /// split, arm and version the figures count for each assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// The split's generation that was served; that of the assignments when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// The arm, `stable` or `canary`; not together with `version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// The version that was served: the one that the report names, or the name of a change set of
    /// its assignments. Figures of another one concern no split, and are passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Requests that ended.
    pub requests: u64,
    /// Those of them that failed.
    pub errors: u64,
    /// Latencies in milliseconds, 10,000 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latencies_ms: Option<Vec<f64>>,
    /// Latencies in milliseconds as the protobuf of a DDSketch, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sketch: Option<String>,
}

/// A version that an instance refused to run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedVersion {
    /// The version; empty for the one that it should run.
    pub version: String,
    /// Why, for people: 1,024 bytes at most, the rest is cut off.
    pub error: String,
}

/// Where an instance runs, for people: 256 bytes at most each, the rest is cut off.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstanceMetadata {
    /// The machine, or the node.
    pub host: String,
    /// The pod's namespace.
    pub namespace: String,
    /// The region or zone.
    pub zone: String,
    /// The version of the application itself.
    pub app_version: String,
}

names! {
    /// How an instance fares, as it says.
    pub enum InstanceStatus {
        /// It works.
        Healthy = "healthy",
        /// It works in part.
        Degraded = "degraded",
        /// It does not work.
        Unhealthy = "unhealthy",
        /// It ends in order: it is forgotten, and not missed.
        Stopping = "stopping",
    }
}
