//! One view that is followed.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use arc_swap::ArcSwapOption;
use tokio::sync::Notify;

use crate::{Fleet, View};

/// One view that is followed.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) fleet: Fleet,
    /// What the stream calls it by.
    pub(super) number: u32,
    /// In which round it was asked for last. A round ends when a further view is followed.
    asked: AtomicU64,
    view: ArcSwapOption<View>,
    settled: Notify,
}

impl Entry {
    pub(super) fn new(fleet: Fleet, number: u32, round: u64) -> Self {
        Self {
            fleet,
            number,
            asked: AtomicU64::new(round),
            view: ArcSwapOption::empty(),
            settled: Notify::new(),
        }
    }

    /// What is known of it.
    pub(super) fn view(&self) -> Option<Arc<View>> {
        self.view.load_full()
    }

    /// Takes what config-svc sent.
    pub(super) fn settle(&self, view: View) {
        self.view.store(Some(Arc::new(view)));
        self.settled.notify_waiters();
    }

    /// Wakes who waits for it, since it is followed no longer.
    pub(super) fn let_go(&self) {
        self.settled.notify_waiters();
    }

    /// Waits until it is known or let go; at once if it is known.
    pub(super) async fn settled(&self) {
        let settled = self.settled.notified();
        if self.view.load().is_none() {
            settled.await;
        }
    }

    /// Notes that it was asked for. Writes nothing when that is known already, as it is for most of
    /// many who ask at once.
    pub(super) fn touch(&self, round: u64) {
        if self.asked.load(Relaxed) != round {
            self.asked.store(round, Relaxed);
        }
    }

    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Relaxed)
    }
}
