//! Lets go of what is old.

use super::super::{Body, Outcome, Seq, State, VersionName, retain::oldest_kept};
use super::{Author, Decided, Own};

/// Decides what is old. What needs no record gets none, so that nothing is written where nothing
/// happens.
pub(super) fn decide(state: &State, own: &Own, author: Author<'_>) -> Decided {
    let before = oldest_kept(author.time.wall);
    if !state.has_old(before, &own.cluster) {
        return Decided::Unchanged(Outcome::of_retention(state.head));
    }
    let outcome = Outcome::of_retention(state.head.next());
    Decided::Append(Body::Retained { before }, outcome)
}

impl Outcome {
    /// The outcome of letting go of what is old.
    pub(in crate::domain) fn of_retention(at: Seq) -> Self {
        Self {
            name: VersionName::trusted("retention"),
            ..Self::of_source(at)
        }
    }
}
