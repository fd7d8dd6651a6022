//! The order of an instance's reports, and which of them were counted.
//!
//! A report stands at (boot, sequence). Reports arrive in any order, some twice, and some never. Of
//! an instance the two newest lives are remembered, and of each the last 32 numbers: a number that
//! is not among them any more counts as one that was heard of.

/// Numbers of a life that are remembered.
const REMEMBERED: u64 = 32;

/// Where a report stands among those of its instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The life of the instance; 0 if it doesn't say.
    pub boot: u64,
    /// The number of the report in that life; 0 if it doesn't count.
    pub sequence: u64,
}

/// What is remembered of an instance's lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lives {
    newest: Life,
    /// The one before, as far as it is known.
    other: Life,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Life {
    /// 0 if there is none.
    boot: u64,
    /// The greatest number.
    highest: u64,
    /// Which numbers before it were heard: bit 0 is `highest` itself.
    seen: u32,
    /// The window in which it was heard of last.
    window: u32,
}

/// What a report is to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Where it stands.
    pub place: Place,
    /// Whether its figures count: not if they did, or might have.
    pub counts: bool,
    /// Whether its life was not heard of before in this window.
    pub another_life: bool,
    /// Whether a newer life was heard of before.
    pub older_life: bool,
}

/// Where a report stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the next one, the first one that is heard of, or has no number.
    Next,
    /// So many before it were not heard of.
    Gap(u64),
    /// It was heard of before.
    Repeat,
    /// One after it was heard of before.
    Late,
    /// It is so old that nobody remembers whether it was heard of.
    Forgotten,
}

impl Mark {
    /// Whether a report that arrives now with this mark takes the place of one that has the other.
    /// Where one of them doesn't say, the later arrival does.
    pub(crate) fn replaces(self, other: Self) -> bool {
        if self.boot == 0 || other.boot == 0 || self.boot != other.boot {
            return self.boot == 0 || self.boot >= other.boot;
        }
        self.sequence == 0 || self.sequence > other.sequence
    }
}

impl Lives {
    /// Whether a report was heard in the window of this number, from 1.
    pub(crate) fn were_heard(&self, window: u32) -> bool {
        self.newest.window == window || self.other.window == window
    }

    /// Hears of a report, in the window of this number.
    pub(crate) fn hear(&mut self, mark: Mark, window: u32) -> Heard {
        let Mark { boot, sequence } = mark;
        if boot == 0 {
            // of a life that it doesn't say: perhaps the newest
            self.newest.window = window;
            return Heard {
                place: Place::Next,
                counts: true,
                another_life: false,
                older_life: false,
            };
        }
        let older_life = boot < self.newest.boot;
        if boot > self.newest.boot {
            self.other = std::mem::replace(&mut self.newest, Life::new(boot));
        } else if older_life && boot > self.other.boot {
            self.other = Life::new(boot);
        }
        let life = match () {
            () if boot == self.newest.boot => &mut self.newest,
            () if boot == self.other.boot => &mut self.other,
            // older than both: what is forgotten is always older than what is known, so it may have counted
            () => {
                self.newest.window = window;
                return Heard {
                    place: Place::Forgotten,
                    counts: false,
                    another_life: false,
                    older_life,
                };
            }
        };
        let another_life = life.window != window;
        life.window = window;
        let (place, counts) = life.hear(sequence);
        Heard {
            place,
            counts,
            another_life,
            older_life,
        }
    }
}

impl Life {
    fn new(boot: u64) -> Self {
        Self {
            boot,
            ..Self::default()
        }
    }

    fn hear(&mut self, sequence: u64) -> (Place, bool) {
        if sequence == 0 {
            return (Place::Next, true);
        }
        if sequence > self.highest {
            let ahead = sequence - self.highest;
            let first = self.highest == 0;
            self.seen = match ahead < REMEMBERED {
                true => self.seen << ahead | 1,
                false => 1,
            };
            self.highest = sequence;
            let place = match ahead - 1 {
                missing if missing > 0 && !first => Place::Gap(missing),
                _ => Place::Next,
            };
            return (place, true);
        }
        let behind = self.highest - sequence;
        if behind >= REMEMBERED {
            return (Place::Forgotten, false);
        }
        let bit = 1 << behind;
        if self.seen & bit != 0 {
            return (Place::Repeat, false);
        }
        self.seen |= bit;
        (Place::Late, true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(boot: u64, sequence: u64) -> Mark {
        Mark { boot, sequence }
    }

    fn places(reports: &[(u64, u64)]) -> Vec<(Place, bool)> {
        let mut lives = Lives::default();
        let heard = reports.iter().map(|&(boot, sequence)| {
            let heard = lives.hear(mark(boot, sequence), 1);
            (heard.place, heard.counts)
        });
        heard.collect()
    }

    #[test]
    fn gaps_repeats_and_late_ones_are_told_apart() {
        assert_eq!(
            places(&[
                (7, 5),
                (7, 6),
                (7, 6),
                (7, 9),
                (7, 7),
                (7, 7),
                (7, 100),
                (7, 8)
            ]),
            [
                (Place::Next, true),
                (Place::Next, true),
                (Place::Repeat, false),
                (Place::Gap(2), true),
                (Place::Late, true),
                (Place::Repeat, false),
                (Place::Gap(90), true),
                (Place::Forgotten, false),
            ]
        );
    }

    #[test]
    fn who_does_not_count_is_heard_by_arrival() {
        assert_eq!(
            places(&[(0, 5), (0, 5), (7, 0), (7, 0)]),
            [(Place::Next, true); 4]
        );
        assert!(mark(0, 1).replaces(mark(7, 3)) && mark(7, 3).replaces(mark(0, 1)));
        assert!(mark(7, 0).replaces(mark(7, 3)) && mark(7, 3).replaces(mark(7, 0)));
        assert!(mark(8, 1).replaces(mark(7, 3)) && !mark(7, 3).replaces(mark(8, 0)));
        assert!(!mark(7, 3).replaces(mark(7, 3)));
    }

    #[test]
    fn two_lives_by_turns_are_one_id_in_two_places() {
        let mut lives = Lives::default();
        let mut hear = |boot, sequence| {
            let heard = lives.hear(mark(boot, sequence), 1);
            (heard.another_life, heard.older_life, heard.counts)
        };
        assert_eq!(hear(7, 1), (true, false, true));
        assert_eq!(hear(8, 1), (true, false, true));
        assert_eq!(hear(7, 2), (false, true, true));
        assert_eq!(hear(8, 2), (false, false, true));
        // a third one that is older than both may have been heard of
        assert_eq!(hear(6, 1), (false, true, false));
    }

    #[test]
    fn a_life_counts_anew_in_another_window() {
        let mut lives = Lives::default();
        assert!(lives.hear(mark(7, 1), 1).another_life);
        assert!(!lives.hear(mark(7, 2), 1).another_life);
        assert!(lives.hear(mark(7, 3), 2).another_life);
    }

    proptest! {
        #[test]
        fn a_report_counts_once_however_often_and_in_whatever_order_it_arrives(
            reports in proptest::collection::vec((1_u64..5, 1_u64..200), 1..300),
        ) {
            let mut lives = Lives::default();
            let mut counted = std::collections::BTreeSet::new();
            for (boot, sequence) in reports {
                if lives.hear(mark(boot, sequence), 1).counts {
                    prop_assert!(counted.insert((boot, sequence)));
                }
            }
        }

        #[test]
        fn within_what_is_remembered_every_report_counts(
            sequences in Just((1_u64..=32).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let mut lives = Lives::default();
            for sequence in sequences {
                prop_assert!(lives.hear(mark(7, sequence), 1).counts);
                prop_assert!(lives.hear(mark(9, sequence), 1).counts);
            }
        }
    }
}
