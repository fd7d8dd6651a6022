//! Following a store's changes.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::{BoxStream, Stream, StreamExt};

use crate::{Result, Revision};

/// A change of one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was set.
    Put {
        /// The key.
        key: Bytes,
        /// Its new value.
        value: Bytes,
    },
    /// It was there and was removed.
    Delete {
        /// The key.
        key: Bytes,
    },
}

impl Event {
    /// The key it happened to.
    #[must_use]
    pub fn key(&self) -> &Bytes {
        match self {
            Self::Put { key, .. } | Self::Delete { key } => key,
        }
    }

    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Put { key, value } => key.len() + value.len(),
            Self::Delete { key } => key.len(),
        }
    }
}

/// The changes that one transaction made to the watched keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The transaction's revision.
    pub revision: Revision,
    /// Its events, in the order they were written; never empty.
    pub events: Vec<Event>,
}

/// The durable changes under a prefix, one transaction at a time, in revision order.
///
/// It ends after an error: [`Error::Compacted`](crate::Error::Compacted) when it fell too far
/// behind, [`Error::Closed`](crate::Error::Closed) when the store was closed.
pub struct Watch(BoxStream<'static, Result<Change>>);

impl Watch {
    /// Makes a watch from an engine's own stream.
    #[must_use]
    pub fn new(changes: impl Stream<Item = Result<Change>> + Send + 'static) -> Self {
        Self(changes.boxed())
    }

    /// The next change, or nothing once the watch has ended. Cancel safe: a change that was not
    /// returned is returned by the next call.
    pub async fn next(&mut self) -> Option<Result<Change>> {
        self.0.next().await
    }
}

impl Stream for Watch {
    type Item = Result<Change>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}
