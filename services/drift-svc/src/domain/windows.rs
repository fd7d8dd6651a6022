//! Which parts of windows were taken.

use std::collections::HashMap;

use super::{Tenths, delay::Delay};

/// The most ingests that are remembered.
const MOST: usize = 1_000;
/// How long an ingest is remembered that sends nothing: a day.
const KEEP: u32 = 24 * 3_600 * 10;

/// The name of a part of a window, without that of its ingest. Parts are sent in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    /// When the ingest started.
    pub boot: u64,
    /// The number of the window.
    pub sequence: u64,
    /// The number of the part.
    pub part: u32,
    /// When the window was closed, in tenths of a second of a clock of the ingest; 0 if it is not
    /// said.
    pub closed: u64,
}

/// Who brought a part, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brought {
    /// The number that stands for the ingest.
    pub ingest: u16,
    /// How much longer than usual it was on its way, in tenths of a second.
    pub late: u32,
}

/// The last part that was taken of each ingest, and the number that stands for it in records.
///
/// In memory, as what the parts brought: after a restart a part that is sent again is taken again,
/// since what it brought is gone.
#[derive(Debug, Default)]
pub(crate) struct Watermarks {
    by_name: HashMap<Box<str>, Mark>,
    numbers: u16,
    free: Vec<u16>,
}

#[derive(Debug)]
struct Mark {
    last: Part,
    at: Tenths,
    number: u16,
    delay: Delay,
}

impl Watermarks {
    /// By whom a part is brought, if it comes after all that were taken of that ingest. None if it was
    /// taken before.
    pub(crate) fn take(&mut self, ingest: &str, part: Part, now: Tenths) -> Option<Brought> {
        if let Some(mark) = self.by_name.get_mut(ingest) {
            mark.at = now;
            if part <= mark.last {
                return None;
            }
            mark.last = part;
            return Some(Brought {
                ingest: mark.number,
                late: mark.delay.late(part.closed, now),
            });
        }
        if self.by_name.len() >= MOST {
            self.forget_oldest();
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.numbers += 1;
            self.numbers
        });
        let mut mark = Mark {
            last: part,
            at: now,
            number,
            delay: Delay::default(),
        };
        let late = mark.delay.late(part.closed, now);
        self.by_name.insert(ingest.into(), mark);
        Some(Brought {
            ingest: number,
            late,
        })
    }

    /// Forgets ingests that have sent nothing for a day, and answers their numbers.
    pub(crate) fn forget(&mut self, now: Tenths) -> Vec<u16> {
        let silent = self
            .by_name
            .values()
            .filter(|mark| now.since(mark.at) > KEEP);
        let gone: Vec<u16> = silent.map(|mark| mark.number).collect();
        self.by_name.retain(|_, mark| now.since(mark.at) <= KEEP);
        self.free.extend(&gone);
        gone
    }

    fn forget_oldest(&mut self) {
        let oldest = self.by_name.iter().min_by_key(|(_, mark)| mark.at);
        if let Some(name) = oldest.map(|(name, _)| name.clone())
            && let Some(mark) = self.by_name.remove(&name)
        {
            self.free.push(mark.number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(boot: u64, sequence: u64, part: u32) -> Part {
        Part {
            boot,
            sequence,
            part,
            closed: 0,
        }
    }

    #[test]
    fn what_has_a_name_is_taken_once() {
        let mut marks = Watermarks::default();
        let now = Tenths(0);
        let number = marks.take("a", part(1, 1, 0), now);
        assert!(number.is_some());
        assert_eq!(marks.take("a", part(1, 1, 0), now), None);
        assert_eq!(marks.take("a", part(1, 1, 1), now), number);
        assert_eq!(marks.take("a", part(1, 1, 0), now), None);
        assert_eq!(marks.take("a", part(1, 2, 0), now), number);
        // another life counts its windows anew
        assert_eq!(marks.take("a", part(2, 1, 0), now), number);
        assert_eq!(marks.take("a", part(1, 9, 0), now), None);
        let other = marks.take("b", part(1, 1, 0), now);
        assert!(other.is_some() && other != number);
    }

    #[test]
    fn no_more_than_a_thousand_ingests_are_remembered_and_none_for_more_than_a_day() {
        let mut marks = Watermarks::default();
        for n in 0..2_500_u32 {
            let number = marks.take(&n.to_string(), part(1, 1, 0), Tenths(n));
            assert!(number.is_some_and(|by| usize::from(by.ingest) <= MOST));
        }
        assert_eq!(marks.by_name.len(), MOST);
        assert_eq!(marks.take("2499", part(1, 1, 0), Tenths(2_500)), None);
        assert_eq!(marks.forget(Tenths(KEEP + 2_499)).len(), MOST - 1);
        assert_eq!(marks.by_name.len(), 1);
    }
}
