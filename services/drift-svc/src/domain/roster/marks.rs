//! Numbers that stand for what instances should run.

use std::collections::VecDeque;

use crate::domain::plan::COMBINATIONS;

/// The most numbers that are remembered: what was expected so many changes ago counts as new.
const MOST: usize = 256;

/// Numbers of two bytes for the marks of plans, so that records are small: the same mark has the same
/// number for as long as it is remembered.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Those of the present plan, by arms.
    present: [u16; COMBINATIONS],
    known: VecDeque<(u32, u16)>,
    last: u16,
}

impl Marks {
    /// Takes the marks of a plan.
    pub(super) fn follow(&mut self, marks: [u32; COMBINATIONS]) {
        self.present = marks.map(|mark| self.number(mark));
    }

    /// The number of what is expected of these arms. 0 if that is not known.
    pub(super) fn of(&self, arms: u8) -> u16 {
        self.present[usize::from(arms) % COMBINATIONS]
    }

    fn number(&mut self, mark: u32) -> u16 {
        if mark == 0 {
            return 0;
        }
        if let Some(at) = self.known.iter().position(|(known, _)| *known == mark) {
            let found = self.known.remove(at).unwrap_or_default();
            self.known.push_back(found);
            return found.1;
        }
        if self.known.len() >= MOST {
            self.known.pop_front();
        }
        loop {
            self.last = self.last.wrapping_add(1);
            let is_taken = self.known.iter().any(|(_, number)| *number == self.last);
            if self.last != 0 && !is_taken {
                break;
            }
        }
        self.known.push_back((mark, self.last));
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_keeps_its_number_and_none_is_given_twice() {
        let mut marks = Marks::default();
        let mut follow = |mark: u32| {
            marks.follow([mark; COMBINATIONS]);
            marks.of(0)
        };
        assert_eq!(follow(0), 0);
        let first = follow(7);
        for mark in 0..200_000 {
            assert_eq!(follow(7), first);
            assert_ne!(follow(1_000 + mark % 100_000), first);
        }
    }
}
