//! Checks that tables and journals together hold every revision, so that a removed journal is
//! noticed.

use super::super::record::Span;
use crate::Revision;

/// The revisions that journals hold, in their order, as runs without gaps.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::embedded) struct Cover(Vec<Span>);

impl Cover {
    /// Adds the revisions of the next batch.
    pub(super) fn add(&mut self, batch: Span) {
        match self.0.last_mut() {
            Some(run) if batch.after <= run.to => run.to = run.to.max(batch.to),
            _ => self.0.push(batch),
        }
    }

    /// The latest revision, of those that tables hold and these.
    pub(in crate::embedded) fn latest(&self, tables: Revision) -> Revision {
        self.0.iter().map(|run| run.to).fold(tables, Revision::max)
    }

    /// The first revisions that are missing after what the tables hold by themselves. A journal
    /// whose content is all in tables may be missing, or be there still.
    pub(in crate::embedded) fn gap(&self, tables: Revision) -> Option<Span> {
        let mut held = tables;
        for run in self.0.iter().filter(|run| run.to > tables) {
            if run.after > held {
                return Some(Span {
                    after: held,
                    to: run.after,
                });
            }
            held = held.max(run.to);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(batches: &[(u64, u64)]) -> Cover {
        let mut cover = Cover::default();
        for &(after, to) in batches {
            cover.add(span(after, to));
        }
        cover
    }

    fn span(after: u64, to: u64) -> Span {
        Span {
            after: Revision(after),
            to: Revision(to),
        }
    }

    #[test]
    fn batches_in_a_row_have_no_gap() {
        let cover = cover(&[(0, 3), (3, 4), (4, 9)]);
        assert_eq!(cover.0, [span(0, 9)]);
        assert_eq!(cover.gap(Revision(0)), None);
    }

    #[test]
    fn a_journal_may_be_gone_once_its_content_is_in_tables() {
        let cover = cover(&[(5, 7), (7, 9)]);
        assert_eq!(cover.gap(Revision(5)), None);
        assert_eq!(cover.gap(Revision(8)), None);
        assert_eq!(cover.gap(Revision(9)), None);
    }

    #[test]
    fn what_is_neither_in_tables_nor_in_journals_is_a_gap() {
        let cover = cover(&[(5, 7), (7, 9)]);
        assert_eq!(cover.gap(Revision(4)), Some(span(4, 5)));
    }

    #[test]
    fn a_missing_journal_between_two_others_is_a_gap_unless_tables_hold_it() {
        let cover = cover(&[(0, 3), (6, 9)]);
        assert_eq!(cover.gap(Revision(0)), Some(span(3, 6)));
        assert_eq!(cover.gap(Revision(5)), Some(span(5, 6)));
        assert_eq!(cover.gap(Revision(6)), None);
    }

    #[test]
    fn batches_of_a_version_that_did_not_tell_are_taken_as_they_are() {
        let cover = cover(&[(0, 5), (0, 6), (6, 7)]);
        assert_eq!(cover.gap(Revision(0)), None);
    }
}
