//! Keeps a fleet that goes silent as a whole.

use super::Roster;
use crate::domain::{
    State, Tenths,
    rules::{PROTECTED, PROTECTED_FOR},
};

/// Whether silent instances are kept since so many are silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Protection {
    /// They are not.
    #[default]
    Off,
    /// They are, since then.
    On(Tenths),
    /// They were, for as long as that may be: what is silent still is gone.
    Spent,
}

impl Roster {
    /// Whether silent instances are kept, since more than half of all are silent.
    pub fn is_protected(&self) -> bool {
        matches!(self.protection, Protection::On(_))
    }

    /// Looks whether so many are silent that the fault is not theirs. When they are back, those that
    /// are silent still have all their time again: they could not have reported before.
    pub(super) fn protect(&mut self, now: Tenths) {
        let silent = self.tally.of(State::Stale);
        let is_most = silent > self.len / 2;
        self.protection = match self.protection {
            Protection::Off if is_most && self.len >= PROTECTED => Protection::On(now),
            Protection::On(since) if is_most && now.since(since) >= PROTECTED_FOR => {
                Protection::Spent
            }
            Protection::On(_) if !is_most => {
                self.armed = now;
                Protection::Off
            }
            Protection::Spent if !is_most => Protection::Off,
            same => same,
        };
    }

    /// When a silent instance is forgotten. None while it is not.
    pub(super) fn gone_at(&self, stale_at: Tenths) -> Option<Tenths> {
        match self.protection {
            Protection::On(_) => None,
            Protection::Off => Some(stale_at.max(self.armed).plus(self.rules.ttl)),
            Protection::Spent => Some(stale_at.plus(self.rules.ttl)),
        }
    }
}
