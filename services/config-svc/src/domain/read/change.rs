//! Lists change sets.

use jiff::Timestamp;

use super::Relevance;
use crate::domain::{ChangeEntry, ChangeState, Label, Seq, State};

/// Which change sets a list is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedChanges<'a> {
    /// The label they are on. None lists those of all labels.
    pub label: Option<&'a Label>,
    /// The state they are in. None lists those in any state.
    pub state: Option<ChangeState>,
    /// Whether only those are wanted that wait for a rollout.
    pub awaits_rollout: bool,
    /// Only those that were written before this.
    pub before: Seq,
    /// Only those that were written at this time or later.
    pub since: Option<Timestamp>,
    /// Only those of this author or principal.
    pub author: Option<&'a str>,
    /// Only those with a document that an application reads.
    pub relevance: Option<&'a Relevance>,
}

impl<'a> WantedChanges<'a> {
    /// Those of `state`, newest first.
    pub(crate) fn of(self, state: &'a State) -> Box<dyn Iterator<Item = &'a ChangeEntry> + 'a> {
        let all: Box<dyn Iterator<Item = &ChangeEntry>> = if self.awaits_rollout {
            let awaiting = state.awaiting().into_iter().rev();
            Box::new(awaiting.filter(move |entry| entry.change.seq < self.before))
        } else {
            let before = state.changes.range(..self.before).rev();
            Box::new(before.map(|(_, entry)| entry))
        };
        let since = self.since;
        let is_late =
            move |entry: &&ChangeEntry| since.is_none_or(|since| entry.change.written_at >= since);
        let is_wanted = move |entry: &&ChangeEntry| {
            let change = &entry.change;
            self.state.is_none_or(|wanted| entry.state == wanted)
                && self.label.is_none_or(|wanted| change.label == *wanted)
                && self
                    .author
                    .is_none_or(|wanted| change.author == wanted || change.principal == wanted)
                && self
                    .relevance
                    .is_none_or(|relevance| relevance.reads_any(&change.documents))
        };
        // times rise with positions
        Box::new(all.take_while(is_late).filter(is_wanted))
    }
}
