//! The distinct keys of a rollout as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::rollout::v1 as proto;

/// The distinct keys (instances or subjects, by the rollout's unit) that have read what a rollout
/// concerns since config-svc began, and whether its arms have their parts of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeenKeys)]
pub(super) struct Keys {
    /// Those that are in the canary at the share in force.
    canary: u64,
    /// All others.
    stable: u64,
    /// The canary's percentage of them; null while there are none.
    canary_percentage: Option<f64>,
    /// How probable it is that the canary's part is as far from the share by chance; null while
    /// there are no keys, and at 100 %.
    p_value: Option<f64>,
    /// What is wrong with the parts; empty unless the probability is below 0.001.
    warning: String,
}

impl From<proto::SeenKeys> for Keys {
    fn from(keys: proto::SeenKeys) -> Self {
        Self {
            canary: keys.canary,
            stable: keys.stable,
            canary_percentage: keys.canary_percentage,
            p_value: keys.p_value,
            warning: keys.warning,
        }
    }
}
