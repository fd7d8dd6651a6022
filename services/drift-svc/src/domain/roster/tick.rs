//! Lets time pass.

use super::Roster;
use crate::domain::{State, Tenths};

/// The pause between two looks for what is too long ago to matter: a minute.
const PRUNE: u32 = 600;

/// The farthest second ahead at which an instance is looked at, so that half of a number says which
/// of two seconds is earlier: eight hours.
const FARTHEST: u32 = 8 * 3_600;

/// The low half of a second, but never 0.
const fn half(second: u32) -> u16 {
    match second as u16 {
        0 => 1,
        half => half,
    }
}

impl Roster {
    /// Looks at up to `most` of the instances that are due: those that missed their reports become
    /// stale, and those that were for too long are forgotten. Answers whether more are due.
    pub fn tick(&mut self, now: Tenths, most: usize) -> bool {
        let due = self.wheel.due(now.second(), most);
        let is_more = due.len() == most;
        for (at, number) in due {
            let record = &self.slots[number];
            // one that is there twice counts once
            if !record.is_free() && record.scheduled == half(at) {
                self.look(number, now);
            }
        }
        if !is_more {
            self.protect(now);
            self.note_silence(now);
            self.prune(now);
        }
        is_more
    }

    fn look(&mut self, number: u32, now: Tenths) {
        self.settle(number, now);
        let record = self.slots[number];
        let is_gone = record.key.state() == State::Stale
            && self
                .gone_at(record.stale_at(self.rules.missed))
                .is_some_and(|gone| now >= gone);
        if is_gone {
            self.remove(number);
            return;
        }
        self.slots[number].scheduled = 0;
        self.schedule(number, now);
    }

    /// Sees to it that an instance is looked at when it is next due, or before.
    pub(super) fn schedule(&mut self, number: u32, now: Tenths) {
        let due = self.due_at(number, now);
        let second = due.second().clamp(now.second(), now.second() + FARTHEST) + 1;
        let scheduled = &mut self.slots[number].scheduled;
        let is_earlier = half(second).wrapping_sub(*scheduled).cast_signed() < 0;
        if *scheduled == 0 || is_earlier {
            *scheduled = half(second);
            self.wheel.add(second, number);
        }
    }

    fn due_at(&self, number: u32, now: Tenths) -> Tenths {
        let record = &self.slots[number];
        let stale_at = record.stale_at(self.rules.missed);
        if record.key.state() == State::Stale {
            // while they are kept nothing is due, but that ends some time
            return self.gone_at(stale_at).unwrap_or(now.plus(self.rules.ttl));
        }
        let calm_at = self.starts.until(number, record.expected_since, now);
        calm_at.map_or(stale_at, |calm_at| stale_at.min(calm_at))
    }

    fn note_silence(&mut self, now: Tenths) {
        if self
            .plan
            .as_ref()
            .is_some_and(|plan| !plan.splits.is_empty())
        {
            self.silence.note(&self.tally, self.interval, now);
        }
    }

    fn prune(&mut self, now: Tenths) {
        if now.since(self.pruned) >= PRUNE {
            self.pruned = now;
            self.starts.prune(now);
            self.asked.prune(now);
            self.stopped.prune(now, self.rules.ttl.saturating_mul(2));
        }
    }
}
