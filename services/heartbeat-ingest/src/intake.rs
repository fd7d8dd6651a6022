//! Takes reports: limits, the window that is open, and what is answered.

mod answer;
mod batch;
mod clients;
mod closed;
mod entry;
mod fleets;
mod gate;
mod seen;
#[cfg(test)]
mod tests;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use vortex_kit::clock::Clock;
use vortex_views::Views;

use crate::{
    domain::{Bounds, Bucket, Offer, Offers, Pace, Shard, Table},
    meters::Meters,
    settings::Settings,
};

pub(crate) use answer::Answer;
pub(crate) use batch::Batch;
pub(crate) use clients::Client;
pub(crate) use closed::Window;
pub(crate) use entry::{Entry, Named};
pub(crate) use fleets::{Fleets, MAX_FLEETS};

use clients::Clients;
use gate::Gate;

/// Shards of the instances at most.
const SHARDS: usize = 64;
/// Instances for which a further shard is worth it.
const SHARD: usize = 8_192;
/// Shards of the fleets' figures.
const TABLES: usize = 16;
/// Rows of figures of a window.
const MAX_ROWS: usize = 16_384;
/// Bytes of distinct texts of a window, for each instance that it may have, and at least; once for
/// those that only people read, and once for those that are needed.
const TEXTS_EACH: usize = 32;
const TEXTS: usize = 64 << 10;
/// How long instances are remembered that are not heard of, at least, where there is room for them.
const REMEMBERED: Duration = Duration::from_secs(120);

/// Takes reports. A clone is a pointer.
#[derive(Clone)]
pub(crate) struct Intake {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    pace: Pace,
    clock: Arc<dyn Clock>,
    meters: Meters,
    fleets: Fleets,
    clients: Clients,
    process: Bucket,
    /// Seeds the hashes of instances, so that nobody can choose ids that collide.
    seed: u64,
    /// Read while reports are taken, so that a window closes between two of them.
    gate: RwLock<Gate>,
    shards: Box<[Mutex<Shard>]>,
    tables: Box<[Mutex<Table>]>,
    rows: AtomicUsize,
    offers: Mutex<Offers>,
    /// How many there are, so that reports need not look while there are none.
    offered: AtomicUsize,
}

impl Intake {
    /// An intake whose first window opens now.
    pub(crate) fn new(
        settings: Settings,
        views: Option<Views>,
        clock: Arc<dyn Clock>,
        meters: Meters,
    ) -> Self {
        let most = settings.max_instances.max(1);
        let shards = (most / SHARD).clamp(1, SHARDS);
        let each = most.div_ceil(shards);
        let bounds = Bounds {
            instances: each,
            texts: (each * TEXTS_EACH).max(TEXTS),
        };
        let shard = |_| Mutex::new(Shard::new(bounds));
        let inner = Inner {
            pace: Pace::new(settings.interval),
            fleets: Fleets::new(views, settings.max_app_reports),
            clients: Clients::new(settings.max_client_reports),
            process: Bucket::new(settings.max_reports),
            seed: fastrand::u64(..),
            gate: RwLock::new(Gate::open(&*clock)),
            shards: (0..shards).map(shard).collect(),
            tables: (0..TABLES).map(|_| Mutex::default()).collect(),
            rows: AtomicUsize::new(0),
            offers: Mutex::default(),
            offered: AtomicUsize::new(0),
            settings,
            clock,
            meters,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Begins to take `reports` of a client.
    pub(crate) fn begin(&self, client: Option<&Client>, reports: usize) -> Batch<'_> {
        Batch::begin(&self.inner, client, reports)
    }

    /// Its fleets.
    pub(crate) fn fleets(&self) -> &Fleets {
        &self.inner.fleets
    }

    /// Its counters.
    pub(crate) fn meters(&self) -> &Meters {
        &self.inner.meters
    }

    /// Its time.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// Keeps what instances are to be asked, for their next reports. Those of fleets that nobody
    /// reports of here, and those beyond the bound, are left out.
    pub(crate) fn keep(&self, offers: impl IntoIterator<Item = Offer>) {
        let mut kept = lock(&self.inner.offers);
        for offer in offers {
            kept.keep(offer);
        }
        self.inner.offered.store(kept.len(), Relaxed);
    }

    /// Notes a window that was closed, and forgets fleets that are not heard of any more.
    pub(crate) fn closed(&self, window: &Window) {
        let inner = &self.inner;
        inner.fleets.forget(inner.clock.monotonic());
        let interval = inner.settings.interval;
        inner
            .meters
            .closed(window.instances(), inner.fleets.len(), interval);
    }

    /// Closes the window that is open, and opens the next.
    pub(crate) fn close(&self) -> Window {
        closed::close(&self.inner, false)
    }

    /// Closes the window that is open for good: every report from now on is refused.
    pub(crate) fn end(&self) -> Window {
        closed::close(&self.inner, true)
    }
}

impl Inner {
    fn gate(&self) -> RwLockReadGuard<'_, Gate> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
