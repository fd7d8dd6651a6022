//! When to look at which record.

use std::collections::BTreeMap;

/// Numbers of records by the second at which to look at them.
///
/// A number may be there more than once; the one that counts is that of the second its record says.
#[derive(Debug, Default)]
pub(super) struct Wheel(BTreeMap<u32, Vec<u32>>);

impl Wheel {
    pub(super) fn add(&mut self, second: u32, number: u32) {
        self.0.entry(second).or_default().push(number);
    }

    /// Takes up to `most` numbers that are due at a second, with the second they were due at.
    pub(super) fn due(&mut self, second: u32, most: usize) -> Vec<(u32, u32)> {
        let mut due = Vec::new();
        while due.len() < most
            && let Some(mut first) = self.0.first_entry()
            && *first.key() <= second
        {
            let at = *first.key();
            let bucket = first.get_mut();
            let rest = bucket.len().saturating_sub(most - due.len());
            due.extend(bucket.drain(rest..).map(|number| (at, number)));
            if bucket.is_empty() {
                first.remove();
            }
        }
        due
    }

    pub(super) fn bytes(&self) -> usize {
        self.0
            .values()
            .map(|bucket| bucket.capacity() * 4 + 40)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_taken_once_and_in_slices() {
        let mut wheel = Wheel::default();
        for number in 0..10 {
            wheel.add(number / 4, number);
        }
        let first = wheel.due(1, 6);
        let rest = wheel.due(1, 6);
        assert_eq!((first.len(), rest.len()), (6, 2));
        let mut all: Vec<u32> = first
            .iter()
            .chain(&rest)
            .map(|(_, number)| *number)
            .collect();
        all.sort_unstable();
        assert_eq!(all, (0..8).collect::<Vec<_>>());
        assert_eq!(wheel.due(1, 6), []);
        assert_eq!(wheel.due(9, 6).len(), 2);
        assert!(wheel.0.is_empty());
    }
}
