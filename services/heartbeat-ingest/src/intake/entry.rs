//! A fleet that is heard of, and how reports name it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use tokio::sync::watch;
use vortex_views::{Fleet, InvalidFleet, View};

use super::seen::Seen;
use crate::domain::{Bucket, FleetId};

/// A fleet as a report names it, not checked yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    /// The application.
    pub app: &'a str,
    /// The profiles.
    pub profiles: &'a [String],
    /// The label.
    pub label: &'a str,
}

/// A fleet that is heard of.
#[derive(Debug)]
pub(crate) struct Entry {
    id: FleetId,
    fleet: Fleet,
    /// Of all fleets of its application.
    app: Arc<Bucket>,
    seen: ArcSwap<Seen>,
    /// Counts what has changed of `seen`.
    changes: watch::Sender<u64>,
    /// When it was last heard of, in milliseconds of the monotonic clock.
    heard: AtomicU64,
}

impl<'a> Named<'a> {
    /// All its names, what is left out filled in.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        [self.app, self.label()].into_iter().chain(self.profiles())
    }

    fn label(&self) -> &'a str {
        match self.label {
            "" => "main",
            label => label,
        }
    }

    fn profiles(&self) -> impl Iterator<Item = &'a str> {
        let default = self.profiles.is_empty().then_some("default");
        self.profiles.iter().map(String::as_str).chain(default)
    }

    /// Whether this names that fleet.
    pub(crate) fn is(&self, fleet: &Fleet) -> bool {
        self.app == fleet.app()
            && self.label() == fleet.label()
            && self.profiles().eq(fleet.profiles())
    }

    /// The fleet, if its names are valid.
    ///
    /// # Errors
    /// They are not.
    pub(crate) fn check(&self) -> Result<Fleet, InvalidFleet> {
        Fleet::new(self.app, self.profiles, self.label)
    }
}

impl Entry {
    /// Its number.
    pub(crate) fn id(&self) -> FleetId {
        self.id
    }

    /// It.
    pub(crate) fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// What its instances should run.
    pub(crate) fn seen(&self) -> Guard<Arc<Seen>> {
        self.seen.load()
    }

    /// Tells when that has changed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub(super) fn new(id: FleetId, fleet: Fleet, app: Arc<Bucket>, now: Duration) -> Self {
        Self {
            id,
            fleet,
            app,
            seen: ArcSwap::from_pointee(Seen::first(None, now)),
            changes: watch::Sender::new(0),
            heard: AtomicU64::new(millis(now)),
        }
    }

    /// The limit of all fleets of its application.
    pub(super) fn app(&self) -> &Bucket {
        &self.app
    }

    /// A number that stands for its application.
    pub(super) fn app_number(&self) -> usize {
        // where the limit is that all of its fleets share
        Arc::as_ptr(&self.app).addr()
    }

    /// Notes that it is heard of. Writes seldom, since many do at once.
    pub(super) fn touch(&self, now: Duration) {
        let now = millis(now);
        if now.saturating_sub(self.heard.load(Relaxed)) > 1_000 {
            self.heard.store(now, Relaxed);
        }
    }

    /// Takes what is known of it first, unless more is known already.
    pub(super) fn know(&self, view: Arc<View>, now: Duration) {
        let seen = self.seen.load();
        if seen.view().is_none() {
            let first = Arc::new(Seen::first(Some(view), now));
            self.seen.compare_and_swap(&seen, first);
        }
    }

    /// Takes what has changed of what its instances should run.
    pub(super) fn refresh(&self, view: Arc<View>, now: Duration) {
        let next = self.seen.load().then(view, now);
        self.seen.store(Arc::new(next));
        self.changes.send_modify(|count| *count += 1);
    }

    /// Whether nobody has reported of it for so long, and no session of it is open.
    pub(super) fn is_idle(&self, now: Duration, longest: Duration) -> bool {
        let heard = Duration::from_millis(self.heard.load(Relaxed));
        now.saturating_sub(heard) > longest && self.changes.receiver_count() == 0
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
