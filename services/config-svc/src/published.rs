//! The state that readers see: the newest durable one, with a way to wait for a newer one.

use crate::domain::{Seq, State};
use arc_swap::ArcSwap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The newest durable state.
pub struct Published {
    state: ArcSwap<State>,
    head: watch::Sender<Seq>,
    store_failed: CancellationToken,
}

impl Published {
    /// Begins with the state that was loaded.
    pub fn new(state: State) -> Self {
        let head = watch::Sender::new(state.head);
        Self {
            state: ArcSwap::from_pointee(state),
            head,
            store_failed: CancellationToken::new(),
        }
    }

    /// The newest durable state.
    pub fn state(&self) -> arc_swap::Guard<Arc<State>> {
        self.state.load()
    }

    /// Follows the log's head.
    pub fn heads(&self) -> watch::Receiver<Seq> {
        self.head.subscribe()
    }

    /// Whether the store failed, so that nothing is written any more.
    pub fn has_store_failed(&self) -> bool {
        self.store_failed.is_cancelled()
    }

    /// Makes a state visible to readers. It must be durable.
    pub fn publish(&self, state: State) {
        let head = state.head;
        self.state.store(Arc::new(state));
        self.head.send_if_modified(|shown| {
            let newer = *shown != head;
            *shown = head;
            newer
        });
    }

    /// Remembers that the store failed.
    pub fn store_failed(&self) {
        self.store_failed.cancel();
    }
}
