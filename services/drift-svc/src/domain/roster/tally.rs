//! How many instances count as what.

use super::record::Key;
use crate::domain::{State, plan::COMBINATIONS};

/// How many are silent, by arms.
pub(super) type Silent = [u32; COMBINATIONS];

/// How many instances count as each key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally(Box<[u32; 256]>);

impl Default for Tally {
    fn default() -> Self {
        Self(Box::new([0; 256]))
    }
}

impl Tally {
    pub(super) fn add(&mut self, key: Key) {
        self.0[usize::from(key.0)] += 1;
    }

    pub(super) fn remove(&mut self, key: Key) {
        let count = &mut self.0[usize::from(key.0)];
        *count = count.saturating_sub(1);
    }

    /// The keys that any instance has, and how many.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Key, u32)> {
        let counts = (0..=u8::MAX).map(Key).zip(self.0.iter().copied());
        counts.filter(|(_, count)| *count > 0)
    }

    /// How many that took what their arms say are silent, by arms.
    pub(super) fn silent(&self) -> Silent {
        let mut silent = Silent::default();
        for (key, count) in self.counts() {
            if key.state() == State::Stale && key.is_taken() {
                silent[usize::from(key.arms())] += count;
            }
        }
        silent
    }

    pub(super) fn by_state(&self) -> [u32; 8] {
        let mut states = [0; 8];
        for (key, count) in self.counts() {
            states[key.state() as usize] += count;
        }
        states
    }

    pub(super) fn of(&self, state: State) -> u32 {
        self.by_state()[state as usize]
    }
}
