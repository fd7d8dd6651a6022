//! Lists change sets.

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
        let is_wanted = move |entry: &&ChangeEntry| {
            self.state.is_none_or(|wanted| entry.state == wanted)
                && self
                    .label
                    .is_none_or(|wanted| entry.change.label == *wanted)
        };
        Box::new(all.filter(is_wanted))
    }
}
