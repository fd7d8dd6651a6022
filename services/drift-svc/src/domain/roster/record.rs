//! What is kept of an instance.

use crate::domain::{State, Status, Tenths};

/// What is kept of an instance: 48 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// Which life of it this is.
    pub boot: u64,
    /// Where its id is. `FREE` when no instance is kept here.
    pub id: u32,
    /// The number of its last report. One that is too large for it is as large as there is.
    pub sequence: u32,
    /// The position of the log at which it was served what it runs.
    pub position: u32,
    /// When it last reported.
    pub seen: Tenths,
    /// Since when it is in its state.
    pub since: Tenths,
    /// Since when it should run what it should.
    pub expected_since: Tenths,
    /// Where it runs.
    pub place: u32,
    /// What it runs, what it refused, and who brought its last report.
    pub names: Names,
    /// The number that stands for what it should run. 0 before that is known.
    pub mark: u16,
    /// The second at which it is looked at again, its low half. 0 for none.
    pub scheduled: u16,
    /// How long after a report the next one is due, in tenths of a second.
    pub interval: u16,
    /// What it counts as.
    pub key: Key,
    /// How it fares, whether two report as it, and whether its last report came late.
    pub flags: u8,
}

/// The number of the version that an instance runs, that of the one it refused, each below 2,048, and
/// that of an ingest, below 1,024.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Names(u32);

impl Names {
    pub(super) const fn new(version: u16, refused: u16, ingest: u16) -> Self {
        let (version, refused) = (version as u32 & 0x7ff, refused as u32 & 0x7ff);
        Self(version | refused << 11 | (ingest as u32 & 0x3ff) << 22)
    }

    pub(super) const fn version(self) -> u16 {
        (self.0 & 0x7ff) as u16
    }

    pub(super) const fn refused(self) -> u16 {
        (self.0 >> 11 & 0x7ff) as u16
    }

    pub(super) const fn ingest(self) -> u16 {
        (self.0 >> 22) as u16
    }
}

/// The id of a record that is free.
pub(super) const FREE: u32 = u32::MAX;

/// What an instance counts as: its state, the arms it has, whether it took what they say, and
/// whether it starts again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(pub u8);

const ARMS: u8 = 3;
const TAKEN: u8 = 1 << 6;
const RESTARTING: u8 = 1 << 7;

impl Key {
    pub(super) const fn new(state: State, arms: u8, taken: bool, restarting: bool) -> Self {
        let taken = if taken { TAKEN } else { 0 };
        let restarting = if restarting { RESTARTING } else { 0 };
        Self(state as u8 | (arms & 7) << ARMS | taken | restarting)
    }

    pub(super) const fn state(self) -> State {
        State::of(self.0)
    }

    pub(super) const fn arms(self) -> u8 {
        self.0 >> ARMS & 7
    }

    pub(super) const fn is_taken(self) -> bool {
        self.0 & TAKEN != 0
    }

    pub(super) const fn is_restarting(self) -> bool {
        self.0 & RESTARTING != 0
    }
}

const SHARED: u8 = 1 << 2;
const EXCUSED: u8 = 1 << 3;

impl Record {
    pub(super) const fn flags(status: Status, shared: bool) -> u8 {
        let shared = if shared { SHARED } else { 0 };
        status as u8 | shared
    }

    /// The same flags, of an instance whose last report was made before it could have drifted, and
    /// came late.
    pub(super) const fn excused(flags: u8) -> u8 {
        flags | EXCUSED
    }

    pub(super) const fn is_excused(&self) -> bool {
        self.flags & EXCUSED != 0
    }

    pub(super) const fn status(&self) -> Status {
        Status::of(self.flags)
    }

    pub(super) const fn is_shared(&self) -> bool {
        self.flags & SHARED != 0
    }

    pub(super) const fn is_free(&self) -> bool {
        self.id == FREE
    }

    /// When it is stale, unless it reports before.
    pub(super) fn stale_at(&self, missed: u32) -> Tenths {
        let interval = u32::from(self.interval).max(1);
        self.seen.plus(interval.saturating_mul(missed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_small() {
        assert_eq!(size_of::<Record>(), 48);
    }

    #[test]
    fn names_say_what_they_were_made_of() {
        for (version, refused, ingest) in [(0, 0, 0), (1_025, 1, 1_000), (7, 1_025, 3)] {
            let names = Names::new(version, refused, ingest);
            let read = (names.version(), names.refused(), names.ingest());
            assert_eq!(read, (version, refused, ingest));
        }
    }

    #[test]
    fn a_key_says_what_it_was_made_of() {
        for state in State::ALL {
            for arms in 0..8 {
                for (taken, restarting) in [(false, false), (true, false), (false, true)] {
                    let key = Key::new(state, arms, taken, restarting);
                    assert_eq!((key.state(), key.arms()), (state, arms));
                    assert_eq!((key.is_taken(), key.is_restarting()), (taken, restarting));
                }
            }
        }
    }
}
