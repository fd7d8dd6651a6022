//! A group of transactions that are written and synced together: pure, no I/O of its own.

use std::collections::HashMap;

use bytes::Bytes;

use super::record::Span;
use crate::{Change, Error, Event, Result, Revision, Transaction, Write};

/// Transactions applied one after the other to a state of the store, each seeing those before it.
#[derive(Debug)]
pub(super) struct Group {
    after: Revision,
    revision: Revision,
    changes: Vec<Change>,
    /// The state of each key that the group wrote.
    staged: HashMap<Bytes, Staged>,
}

#[derive(Debug)]
enum Staged {
    Put { value: Bytes, modified: Revision },
    Deleted,
}

impl Group {
    /// An empty group after `revision`.
    pub(super) fn new(revision: Revision) -> Self {
        Self {
            after: revision,
            revision,
            changes: Vec::new(),
            staged: HashMap::new(),
        }
    }

    /// Applies one valid transaction if its compares hold, and answers its revision. `stored`
    /// tells the revision of a key in the state before the group.
    pub(super) fn apply(
        &mut self,
        transaction: Transaction,
        stored: impl Fn(&Bytes) -> Result<Revision>,
    ) -> Result<Revision> {
        self.compare(&transaction, &stored)?;
        let events = self.events(transaction.writes, &stored)?;
        if !events.is_empty() {
            self.revision = self.revision.next();
            events.iter().for_each(|event| self.stage(event));
            self.changes.push(Change {
                revision: self.revision,
                events,
            });
        }
        Ok(self.revision)
    }

    /// The revision after the group.
    pub(super) fn revision(&self) -> Revision {
        self.revision
    }

    /// The revisions it makes.
    pub(super) fn span(&self) -> Span {
        Span {
            after: self.after,
            to: self.revision,
        }
    }

    /// Transactions in it that change something.
    pub(super) fn transactions(&self) -> usize {
        self.changes.len()
    }

    /// Bytes of what it writes.
    pub(super) fn bytes(&self) -> u64 {
        let size = |(key, write): (&Bytes, Option<(&Bytes, Revision)>)| {
            key.len() + write.map_or(0, |(value, _)| value.len())
        };
        self.writes().map(size).sum::<usize>() as u64
    }

    /// Whether it changes nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The state of each key that it wrote: a value and its revision, or nothing when deleted.
    pub(super) fn writes(&self) -> impl Iterator<Item = (&Bytes, Option<(&Bytes, Revision)>)> {
        self.staged.iter().map(|(key, staged)| match staged {
            Staged::Put { value, modified } => (key, Some((value, *modified))),
            Staged::Deleted => (key, None),
        })
    }

    /// The changes of its transactions, in order.
    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    fn compare(
        &self,
        transaction: &Transaction,
        stored: &impl Fn(&Bytes) -> Result<Revision>,
    ) -> Result<()> {
        for compare in &transaction.compares {
            let found = self.modified(&compare.key, stored)?;
            if found != compare.modified {
                return Err(Error::Conflict {
                    key: compare.key.clone(),
                    found,
                });
            }
        }
        Ok(())
    }

    /// What the writes do; deletes of absent keys do nothing.
    fn events(
        &self,
        writes: Vec<Write>,
        stored: &impl Fn(&Bytes) -> Result<Revision>,
    ) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(writes.len());
        for write in writes {
            match write {
                Write::Put { key, value } => events.push(Event::Put { key, value }),
                Write::Delete { key } => {
                    if self.modified(&key, stored)? != Revision::ABSENT {
                        events.push(Event::Delete { key });
                    }
                }
            }
        }
        Ok(events)
    }

    fn modified(
        &self,
        key: &Bytes,
        stored: &impl Fn(&Bytes) -> Result<Revision>,
    ) -> Result<Revision> {
        match self.staged.get(key) {
            Some(Staged::Put { modified, .. }) => Ok(*modified),
            Some(Staged::Deleted) => Ok(Revision::ABSENT),
            None => stored(key),
        }
    }

    fn stage(&mut self, event: &Event) {
        let staged = match event {
            Event::Put { value, .. } => Staged::Put {
                value: value.clone(),
                modified: self.revision,
            },
            Event::Delete { .. } => Staged::Deleted,
        };
        self.staged.insert(event.key().clone(), staged);
    }
}
