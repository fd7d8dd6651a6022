//! The entries that tell what happened, in the order of their commits.

use std::{collections::BinaryHeap, error::Error as StdError, sync::Arc};

use bytes::Bytes;
use futures::FutureExt as _;
use vortex_store::{Change, Error, Event as Written, Range, Store, Watch};

use crate::{Event, position::Position};

/// The most entries that are looked at in one go.
const BATCH: usize = 64;

/// What a service keeps of all that happened: entries of its store that are written once, never
/// change, and are deleted when they are old ([`Notifications::let_go`](crate::Notifications)).
pub trait Log: Send + Sync + 'static {
    /// What the keys of the entries begin with.
    fn prefix(&self) -> Bytes;

    /// The event that an entry tells of; none if it tells of none, or of what is gone. What can
    /// never be read is none, too: the service logs it, since all that follows would wait for it.
    fn event(
        &self,
        key: Bytes,
        value: Bytes,
    ) -> impl Future<Output = Result<Option<Event>, CannotRead>> + Send;
}

/// An entry can't be read now.
#[derive(Debug, thiserror::Error)]
#[error("what happened can't be read: {0}")]
pub struct CannotRead(#[from] pub Box<dyn StdError + Send + Sync>);

impl From<Error> for CannotRead {
    fn from(error: Error) -> Self {
        Self(error.into())
    }
}

/// An entry and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) position: Position,
    pub(crate) value: Bytes,
}

/// Some entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The entries, the oldest first.
    pub(crate) entries: Vec<Entry>,
    /// The place up to which there are no others.
    pub(crate) reached: Position,
}

/// The entries under a prefix.
#[derive(Clone)]
pub(crate) struct Entries {
    store: Arc<dyn Store>,
    prefix: Bytes,
}

impl Entries {
    pub(crate) fn new(store: Arc<dyn Store>, prefix: Bytes) -> Self {
        Self { store, prefix }
    }

    /// The place after all that there is.
    pub(crate) fn newest(&self) -> Position {
        Position::after(self.store.revision())
    }

    /// The next entries after a place; waits while there are none. Cancel safe.
    ///
    /// # Errors
    /// When the store can't be read, or was closed.
    pub(crate) async fn next(&self, after: &Position) -> Result<Batch, Error> {
        let mut after = after.clone();
        loop {
            let watched = match self.store.watch(self.prefix.clone(), after.done()).await {
                Ok(watch) => live(watch, &after).await,
                Err(error) => Err(error),
            };
            let batch = match watched {
                // more was written since than is held ready
                Err(Error::Compacted { .. }) => self.stored(&after).await?,
                watched => watched?,
            };
            if !batch.entries.is_empty() {
                return Ok(batch);
            }
            after = batch.reached;
        }
    }

    /// The number of entries of a range after a place.
    ///
    /// # Errors
    /// When the store can't be read.
    pub(crate) async fn count(&self, range: Range, after: &Position) -> Result<u64, Error> {
        let mut count = 0;
        self.each(range, |position| count += u64::from(position > *after))
            .await?;
        Ok(count)
    }

    /// The next entries after a place, of all that are stored by now.
    async fn stored(&self, after: &Position) -> Result<Batch, Error> {
        let reached = self.newest();
        // the greatest is on top, and gives way to what is before it
        let mut first = BinaryHeap::with_capacity(BATCH + 1);
        let mut is_all = true;
        let range = Range::prefix(self.prefix.clone());
        self.each(range, |position| {
            if position > *after && position < reached {
                first.push(position);
                if first.len() > BATCH {
                    is_all = false;
                    first.pop();
                }
            }
        })
        .await?;
        let positions = first.into_sorted_vec();
        let reached = match positions.last() {
            Some(last) if !is_all => last.clone(),
            _ => reached,
        };
        let entries = self.values(positions).await?;
        Ok(Batch { entries, reached })
    }

    async fn values(&self, positions: Vec<Position>) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::with_capacity(positions.len());
        for position in positions {
            // unless it was deleted in between
            if let Some(found) = self.store.get(position.key.clone()).await? {
                let value = found.value;
                entries.push(Entry { position, value });
            }
        }
        Ok(entries)
    }

    async fn each(&self, range: Range, mut see: impl FnMut(Position)) -> Result<(), Error> {
        let mut rest = Some(range.keys_only());
        while let Some(range) = rest {
            let page = self.store.range(range.clone()).await?;
            rest = range.after(&page);
            for entry in page.entries {
                let (revision, key) = (entry.modified, entry.key);
                see(Position { revision, key });
            }
            // pages are read on this thread
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// The changes that come, or have come, after a place.
async fn live(mut watch: Watch, after: &Position) -> Result<Batch, Error> {
    let mut batch = Batch {
        entries: Vec::new(),
        reached: after.clone(),
    };
    while let Some(change) = watch.next().await {
        batch.add(change?, after);
        while batch.entries.len() < BATCH
            && let Some(Some(Ok(change))) = watch.next().now_or_never()
        {
            batch.add(change, after);
        }
        if !batch.entries.is_empty() {
            return Ok(batch);
        }
    }
    Err(Error::Closed)
}

impl Batch {
    fn add(&mut self, change: Change, after: &Position) {
        let revision = change.revision;
        let puts = change.events.into_iter().filter_map(|event| match event {
            Written::Put { key, value } => {
                let position = Position { revision, key };
                Some(Entry { position, value })
            }
            Written::Delete { .. } => None,
        });
        let mut entries: Vec<_> = puts.filter(|entry| entry.position > *after).collect();
        entries.sort_unstable_by(|one, other| one.position.cmp(&other.position));
        self.entries.extend(entries);
        self.reached = self.reached.clone().max(Position::after(revision));
    }
}
