//! Folds records of splits that begin, move and end.

use std::sync::Arc;

use vortex_bucket::{Forced, Seed};

use super::super::{
    Before, ChangeSet, End, EndedSplit, Held, Label, Outcome, Record, Seq, Sha256, Split, SplitId,
    SplitMove, State, VersionName,
};
use super::{Inconsistent, moved};

/// The end of a split, from its record.
pub(super) struct SplitEnd<'a> {
    pub(super) generation: u64,
    pub(super) released: bool,
    pub(super) reason: &'a str,
}

impl State {
    pub(super) fn apply_split_moved(
        &mut self,
        record: &Record,
        to: &SplitMove,
    ) -> Result<Outcome, Inconsistent> {
        let change = self.change_of(record.seq, to.change)?;
        let before = self.splits.get(&to.id);
        let forced = before.map_or(&to.forced, |split| &split.forced).clone();
        self.restore_split(Split {
            id: to.id.clone(),
            label: change.label.clone(),
            change: change.seq,
            name: change.name.clone(),
            seed: Seed::of(to.id.as_str()),
            share: to.share,
            unit: to.unit,
            forced,
            generation: to.generation,
            moved_at: record.time.wall,
        });
        self.note_moved(&change.label, record.seq);
        self.take_up(&change);
        Ok(moved(record.seq, &change, true))
    }

    pub(super) fn apply_split_ended(
        &mut self,
        record: &Record,
        id: &SplitId,
        change: Option<Seq>,
        how: SplitEnd<'_>,
    ) -> Result<Outcome, Inconsistent> {
        let (generation, why) = (how.generation, how.reason.to_owned());
        let Some(split) = self.take_split(id) else {
            self.remember_end(record, id, generation, End::NeverBegan, why);
            let Some(change) = change else {
                return Ok(Outcome::of_no_change(record.seq));
            };
            let change = self.change_of(record.seq, change)?;
            self.take_up(&change);
            return Ok(moved(record.seq, &change, false));
        };
        let change = self.change_of(record.seq, split.change)?;
        let label = split.label.clone();
        let (end, outcome) = if how.released {
            let end = self.released(split, &change);
            (end, self.apply_release(record, change.seq)?)
        } else {
            if let Some(entry) = self.changes.get_mut(&change.seq) {
                entry.roll_back(id.clone());
            }
            (End::Removed(split), moved(record.seq, &change, true))
        };
        self.remember_end(record, id, generation, end, why);
        self.note_moved(&label, record.seq);
        Ok(outcome)
    }

    /// Ends the splits that a forced release takes documents from. The split of the released change
    /// set itself counts as released.
    pub(super) fn detach(
        &mut self,
        record: &Record,
        detached: &[SplitId],
        released: Seq,
        reason: &str,
    ) -> Result<(), Inconsistent> {
        if detached.is_empty() {
            return Ok(());
        }
        let change = self.change_of(record.seq, released)?;
        let why = match reason {
            "" => format!("{} was released by force", change.name),
            reason => format!("{} was released by force: {reason}", change.name),
        };
        for id in detached {
            if let Some(split) = self.take_split(id) {
                self.note_moved(&split.label.clone(), record.seq);
                let generation = split.generation;
                let end = match split.change == released {
                    true => self.released(split, &change),
                    false => End::Detached(split),
                };
                self.remember_end(record, id, generation, end, why.clone());
            }
        }
        Ok(())
    }

    /// The end of a split whose change set is about to become stable.
    fn released(&self, split: Arc<Split>, change: &ChangeSet) -> End {
        End::Released {
            split,
            before: self.stable_of(change),
            revert: None,
        }
    }

    /// Ends the splits of a label that is removed.
    pub(super) fn end_splits_of(&mut self, record: &Record, label: &Label) {
        let of_label = self.splits.values().filter(|split| split.label == *label);
        let ids: Vec<SplitId> = of_label.map(|split| split.id.clone()).collect();
        for id in ids {
            if let Some(split) = self.take_split(&id) {
                let why = format!("label {label} is gone");
                self.remember_end(record, &id, split.generation, End::Removed(split), why);
            }
        }
    }

    /// Inserts or moves a split. A new one is noted on the documents it holds.
    pub fn restore_split(&mut self, split: Split) {
        let split = Arc::new(split);
        if self
            .splits
            .insert(split.id.clone(), split.clone())
            .is_none()
        {
            self.pins.pin(split.change);
            let held = Held {
                by: split.id.clone(),
                version: split.change,
            };
            self.hold(&split, Some(&held));
        }
    }

    /// Restores a split that has ended.
    pub fn restore_ended(&mut self, ended: EndedSplit) {
        for change in ended.named() {
            self.pins.pin(change);
        }
        if let End::Removed(split) = &ended.end
            && let Some(entry) = self.changes.get_mut(&split.change)
        {
            entry.restore_rolled_back(&ended.id);
        }
        if let Some(forgotten) = self.ended.insert(ended) {
            self.unpin_all(&forgotten);
        }
    }

    /// Forgets splits that have ended.
    pub(in crate::domain) fn forget_ended(&mut self, ids: &[SplitId]) {
        for forgotten in self.ended.forget(ids) {
            self.unpin_all(&forgotten);
        }
    }

    fn unpin_all(&mut self, ended: &EndedSplit) {
        for change in ended.named() {
            self.pins.unpin(change);
        }
    }

    /// Removes a split, and releases the documents it holds. Which keys it forced is forgotten: ended
    /// splits are many, and these may be large.
    fn take_split(&mut self, id: &SplitId) -> Option<Arc<Split>> {
        let split = self.splits.remove(id)?;
        self.pins.unpin(split.change);
        self.hold(&split, None);
        if split.forced.is_empty() {
            return Some(split);
        }
        Some(Arc::new(Split {
            forced: Forced::default(),
            ..(*split).clone()
        }))
    }

    /// Sets or clears what holds each document of a split.
    fn hold(&mut self, split: &Split, held: Option<&Held>) {
        let (Some(entry), Some(label)) = (
            self.changes.get(&split.change),
            self.labels.get_mut(&split.label),
        ) else {
            return;
        };
        for changed in entry.change.documents.iter() {
            if let Some(document) = label.documents.get_mut(&changed.path) {
                Arc::make_mut(document).held = held.cloned();
            }
        }
    }

    fn remember_end(
        &mut self,
        record: &Record,
        id: &SplitId,
        generation: u64,
        end: End,
        why: String,
    ) {
        self.restore_ended(EndedSplit {
            id: id.clone(),
            generation,
            ended_at: record.time.wall,
            by: record.principal.clone(),
            why,
            end,
        });
    }

    /// The stable version of each document of a change set.
    fn stable_of(&self, change: &ChangeSet) -> Arc<[Before]> {
        let label = self.labels.get(&change.label);
        let stable = |path| label?.documents.get(path)?.stable;
        let before = change.documents.iter().map(|changed| Before {
            path: changed.path.clone(),
            stable: stable(&changed.path),
        });
        before.collect()
    }

    fn change_of(&self, at: Seq, change: Seq) -> Result<Arc<ChangeSet>, Inconsistent> {
        let unknown = Inconsistent::UnknownChange { at, change };
        let entry = self.changes.get(&change).ok_or(unknown)?;
        Ok(entry.change.clone())
    }

    /// Notes that what readers of the label get has changed.
    fn note_moved(&mut self, label: &Label, at: Seq) {
        if let Some(label) = self.labels.get_mut(label) {
            label.generation = at.0;
        }
    }
}

impl Outcome {
    /// The record of a split that was removed before it began.
    pub(in crate::domain) fn of_no_change(at: Seq) -> Self {
        Self {
            at,
            change: Seq(0),
            label: Label::main(),
            name: VersionName::trusted("removed"),
            digest: Sha256::of(&[]),
            created: false,
            moved: false,
        }
    }
}
