//! Which instances start again and again.

use std::collections::HashMap;

use crate::domain::{
    Tenths,
    rules::{LOOP, STARTS},
};

/// The most instances whose starts are remembered.
const MOST: usize = 1 << 17;

/// The last starts of those instances that started while they were known.
#[derive(Debug, Default)]
pub(super) struct Starts(HashMap<u32, [Option<Tenths>; STARTS]>);

impl Starts {
    /// Notes that an instance started, so many times.
    pub(super) fn note(&mut self, number: u32, at: Tenths, count: u32) {
        if self.0.len() >= MOST && !self.0.contains_key(&number) {
            return;
        }
        let starts = self.0.entry(number).or_default();
        for _ in 0..count.min(STARTS as u32) {
            starts.rotate_left(1);
            starts[STARTS - 1] = Some(at);
        }
    }

    /// Until when an instance counts as restarting: its last three starts are within five minutes,
    /// and none is before `since`. None if it does not.
    pub(super) fn until(&self, number: u32, since: Tenths, now: Tenths) -> Option<Tenths> {
        if self.0.is_empty() {
            return None;
        }
        let oldest = (*self.0.get(&number)?)[0]?;
        let until = oldest.plus(LOOP);
        (oldest >= since && now < until).then_some(until)
    }

    pub(super) fn forget(&mut self, number: u32) {
        if !self.0.is_empty() {
            self.0.remove(&number);
        }
    }

    /// Forgets what is too long ago to matter.
    pub(super) fn prune(&mut self, now: Tenths) {
        let last = |starts: &[Option<Tenths>; STARTS]| starts[STARTS - 1];
        self.0
            .retain(|_, starts| last(starts).is_some_and(|at| now.since(at) < LOOP));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_starts_within_five_minutes_are_a_loop_until_the_first_is_too_long_ago() {
        let mut starts = Starts::default();
        let zero = Tenths(0);
        starts.note(7, Tenths(1_000), 1);
        starts.note(7, Tenths(2_000), 1);
        assert_eq!(starts.until(7, zero, Tenths(2_000)), None);
        starts.note(7, Tenths(3_000), 1);
        assert_eq!(starts.until(7, zero, Tenths(3_000)), Some(Tenths(4_000)));
        assert_eq!(starts.until(7, zero, Tenths(4_000)), None);
        // those before it took what it should run say nothing about that
        assert_eq!(starts.until(7, Tenths(1_500), Tenths(3_000)), None);
        starts.note(8, Tenths(3_000), 9);
        assert!(starts.until(8, zero, Tenths(3_000)).is_some());
        starts.prune(Tenths(6_500));
        assert!(starts.0.is_empty());
    }
}
