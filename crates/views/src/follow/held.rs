//! Views that somebody follows closely, and what is known of a view at a moment.

use std::{fmt, sync::Arc};

use tokio::sync::watch;

use super::{
    entry::{Entry, Known},
    table::Table,
};
use crate::{Arms, Reader, SourceAge, Token, View};

/// What is known of a view, and up to where it is right.
#[derive(Clone, Debug)]
pub struct Fresh {
    pub(super) known: Arc<Known>,
    /// The position up to which nothing but this has been served.
    pub token: Token,
}

impl Fresh {
    /// The view.
    pub fn view(&self) -> &Arc<View> {
        &self.known.view
    }

    /// Counts an answer from it to a reader, who has these arms. config-svc is told.
    pub fn count(&self, reader: &Reader<'_>, arms: Arms) {
        let Known { view, reads, .. } = &*self.known;
        reads.count(&view.splits, reader, arms);
    }
}

/// A view that stays followed for as long as this is kept.
pub struct Held {
    table: Arc<Table>,
    entry: Arc<Entry>,
    moves: watch::Receiver<()>,
}

impl Held {
    pub(super) fn new(table: Arc<Table>, entry: Arc<Entry>) -> Self {
        let moves = entry.moves();
        Self {
            table,
            entry,
            moves,
        }
    }

    /// What is known of it, if the stream tells of it now.
    pub fn fresh(&self) -> Option<Fresh> {
        self.table.fresh_of(&self.entry)
    }

    /// How current the source of a view is.
    pub fn source_age(&self, view: &View) -> Option<SourceAge> {
        self.table.age(view)
    }

    /// Waits until what is known of it has changed since this was asked last. Cancel safe.
    pub async fn moved(&mut self) {
        if self.moves.changed().await.is_err() {
            // the entry has the sender: it is there for as long as this is
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.table.release(&self.entry);
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("fleet", &self.entry.fleet)
            .finish_non_exhaustive()
    }
}
