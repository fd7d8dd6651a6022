//! A split that concerns a view.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_bucket::{Arm, Forced, Seed, Share};
use vortex_proto::config::v1 as pb;

/// A split, with all that tells a reader's arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// Its id, which is that of the rollout that moves it.
    pub id: Arc<str>,
    /// Its change set's name.
    pub change: Arc<str>,
    /// The number of its last move.
    pub generation: u64,
    /// The share of readers that is in the canary.
    pub share: Share,
    /// The seed of its buckets.
    pub seed: Seed,
    /// The unit by which it tells readers apart.
    pub unit: Unit,
    /// The keys that have their arm at every share: `include` and `exclude` of the message.
    pub forced: Forced,
    /// When it last moved, if that is known.
    pub moved_at: Option<Timestamp>,
}

/// The unit by which a split tells readers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// The instance that reads.
    Instance,
    /// The subject it reads for: a user, session or request.
    Subject,
}

impl Split {
    /// The arm of a key of its unit: that which is forced, else by its bucket.
    pub fn arm(&self, key: &str) -> Arm {
        match self.forced.arm(key) {
            Some(arm) => arm,
            None => vortex_bucket::arm(self.seed, self.share, key),
        }
    }

    /// Whether a key of its unit has its arm whatever the share.
    pub fn is_forced(&self, key: &str) -> bool {
        self.forced.arm(key).is_some()
    }
}

impl From<Unit> for pb::SplitUnit {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Instance => Self::Instance,
            Unit::Subject => Self::Subject,
        }
    }
}
