//! One view that is followed.

use std::sync::{
    Arc,
    atomic::{
        AtomicBool, AtomicU64, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use super::{Content, reads::ViewReads};
use crate::{Fleet, View};

/// One view that is followed.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) fleet: Fleet,
    pub(super) content: Content,
    /// What the stream calls it by.
    pub(super) number: u32,
    /// In which round it was asked for last. A round ends when a further view is followed.
    asked: AtomicU64,
    /// Whether anybody asked for it who does not hold it.
    is_read: AtomicBool,
    /// By how many it is held. Changes under the table's lock.
    holds: AtomicUsize,
    /// About how many bytes it takes. Changes under the table's lock.
    pub(super) weight: AtomicUsize,
    known: ArcSwapOption<Known>,
    moved: watch::Sender<()>,
}

/// What is known of a view.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) view: Arc<View>,
    /// The stream that it was heard on last, by number.
    pub(super) stream: u64,
    pub(super) reads: ViewReads,
}

impl Entry {
    pub(super) fn new(fleet: Fleet, content: Content, number: u32, round: u64) -> Self {
        Self {
            fleet,
            content,
            number,
            asked: AtomicU64::new(round),
            is_read: AtomicBool::new(false),
            holds: AtomicUsize::new(0),
            weight: AtomicUsize::new(0),
            known: ArcSwapOption::empty(),
            moved: watch::Sender::new(()),
        }
    }

    /// What is known of it.
    pub(super) fn view(&self) -> Option<Arc<View>> {
        let known = self.known.load();
        known.as_ref().map(|known| known.view.clone())
    }

    /// The same, with what is known of that.
    pub(super) fn known(&self) -> arc_swap::Guard<Option<Arc<Known>>> {
        self.known.load()
    }

    /// Takes what config-svc sent.
    pub(super) fn settle(&self, known: Known) {
        self.known.store(Some(Arc::new(known)));
        self.moved.send_replace(());
    }

    /// Wakes who waits for it, since it is followed no longer.
    pub(super) fn let_go(&self) {
        self.moved.send_replace(());
    }

    /// Waits until it is known or let go; at once if it is known.
    pub(super) async fn settled(&self) {
        let mut moved = self.moved.subscribe();
        if self.known.load().is_none() {
            // its sender is this entry's own
            let _ = moved.changed().await;
        }
    }

    /// Told whenever what is known of it has changed.
    pub(super) fn moves(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Notes that it was asked for. Writes nothing when that is known already, as it is for most of
    /// many who ask at once.
    pub(super) fn touch(&self, round: u64) {
        if self.asked.load(Relaxed) != round {
            self.asked.store(round, Relaxed);
        }
        self.note_read();
    }

    /// Notes that somebody asked for it who does not hold it.
    pub(super) fn note_read(&self) {
        if !self.is_read.load(Relaxed) {
            self.is_read.store(true, Relaxed);
        }
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Relaxed)
    }

    /// Whether it is followed for those alone who hold it.
    pub(super) fn is_held_alone(&self) -> bool {
        !self.is_read.load(Relaxed)
    }

    pub(super) fn hold(&self) {
        self.holds.fetch_add(1, Release);
    }

    /// Holds it once less; whether nobody does any more.
    pub(super) fn release(&self) -> bool {
        self.holds.fetch_sub(1, Release) == 1
    }

    pub(super) fn is_held(&self) -> bool {
        self.holds.load(Acquire) > 0
    }
}
