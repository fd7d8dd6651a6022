//! Reports that were long on their way.

use super::{Record, Roster, record::Key};
use crate::domain::State;

impl Roster {
    /// A record as it is judged by a report that is so late, in tenths of a second. If it was made
    /// within the grace it does not say that the instance has drifted, whenever it arrives: the next
    /// one may.
    pub(super) fn excuse(&self, old: &Record, new: Record, late: u32) -> Record {
        let has_drifted = new.key.state() == State::Drifted && old.key.state() != State::Drifted;
        let grace_ends = new.expected_since.plus(self.rules.grace);
        if !has_drifted || new.seen.minus(late) >= grace_ends {
            return new;
        }
        let (arms, taken) = (new.key.arms(), new.key.is_taken());
        Record {
            key: Key::new(State::Pending, arms, taken, new.key.is_restarting()),
            since: match old.key.state() {
                State::Pending => old.since,
                _ => new.since,
            },
            flags: Record::excused(new.flags),
            ..new
        }
    }
}
