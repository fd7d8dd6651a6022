//! Decides which arm of a rollout a reader is in.
//!
//! A reader's key is hashed into one of 10,000 buckets, with a seed that is the rollout's own; the
//! buckets below the canary's share read the canary. So a key stays in its arm for as long as the
//! share stands, a higher share only moves keys from stable to canary, and two rollouts choose
//! their canaries apart from each other. `docs/bucketing.md` has the algorithm for other
//! languages, and vectors that hold them to it.
//!
//! Some keys may be forced into an arm, whatever their bucket.
//!
//! Deciding is a pure function of its arguments and allocates nothing.

mod bucket;
mod forced;
mod share;

pub use bucket::{Bucket, Seed};
pub use forced::{Forced, InvalidForced};
pub use share::{InvalidShare, Share};

/// The version of a document that a reader gets while a rollout runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The version that is released.
    Stable,
    /// The version that is rolled out.
    Canary,
}

/// The arm of the reader with this key, while the canary has this share.
#[inline]
pub fn arm(seed: Seed, share: Share, key: &str) -> Arm {
    if share.includes(seed.bucket(key)) {
        Arm::Canary
    } else {
        Arm::Stable
    }
}
