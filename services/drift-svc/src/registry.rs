//! All instances, by fleet. Each fleet has a lock of its own, which is never held for longer than a
//! slice of work takes, about a millisecond.

mod fleets;
mod look;
mod offers;
mod take;
mod time;
mod tracked;

pub(crate) use fleets::MOST_FLEETS;
pub(crate) use look::Lowest;
pub(crate) use offers::{AskedCounts, Due};
pub(crate) use take::FleetReports;
pub(crate) use time::Time;
pub(crate) use tracked::Tracked;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use vortex_kit::clock::Clock;
use vortex_views::Views;

use crate::{
    domain::{Rules, Watermarks},
    meters::Meters,
};
use fleets::Fleets;
use offers::Offers;

/// The records that are looked at without a pause.
pub(crate) const SLICE: u32 = 4_096;

/// All instances, by fleet. A clone is a pointer.
#[derive(Clone)]
pub(crate) struct Registry {
    inner: Arc<Inner>,
}

struct Inner {
    fleets: Fleets,
    views: Views,
    rules: Rules,
    time: Time,
    /// All instances.
    total: AtomicU64,
    /// The most there may be.
    most: u64,
    watermarks: Mutex<Watermarks>,
    offers: Mutex<Offers>,
    meters: Meters,
}

impl Registry {
    /// No instances yet, and at most so many.
    pub(crate) fn new(
        views: Views,
        rules: Rules,
        most: u64,
        clock: Arc<dyn Clock>,
        meters: Meters,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                fleets: Fleets::default(),
                views,
                rules,
                time: Time::beginning_now(clock),
                total: AtomicU64::new(0),
                most,
                watermarks: Mutex::default(),
                offers: Mutex::default(),
                meters,
            }),
        }
    }

    /// The time.
    pub(crate) fn time(&self) -> &Time {
        &self.inner.time
    }

    /// The views that the fleets follow.
    pub(crate) fn views(&self) -> &Views {
        &self.inner.views
    }

    /// How many instances there are.
    pub(crate) fn len(&self) -> u64 {
        self.inner.total.load(Relaxed)
    }

    /// Whether the service has run for long enough that all instances could have reported.
    pub(crate) fn is_complete(&self) -> bool {
        let ttl = self.inner.rules.ttl();
        self.inner.time.running() >= ttl
    }

    /// Looks away from what is too long ago to matter.
    pub(crate) fn prune(&self) {
        let now = self.inner.time.now();
        let gone = lock(&self.inner.watermarks).forget(now);
        lock(&self.inner.offers).prune(now, &gone);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // what a panic left is whole: each change is a call into the domain that can't stop midway
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
