//! The fleets that are heard of, with what their instances should run.

use std::{
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use hashbrown::{DefaultHashBuilder, HashMap};
use std::hash::{BuildHasher, Hasher};
use tokio::sync::watch;
use vortex_views::{Fleet, InvalidFleet, Views};

use super::seen::Seen;
use crate::domain::{Bucket, FleetId};

/// Fleets at once: as many as one stream of config-svc follows.
pub(crate) const MAX_FLEETS: usize = 10_000;
/// A fleet is forgotten after so long without a report.
const IDLE: Duration = Duration::from_secs(600);

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

/// The fleets that are heard of.
pub(crate) struct Fleets {
    views: Option<Views>,
    a_second: u32,
    hasher: DefaultHashBuilder,
    table: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    next: FleetId,
    by_id: HashMap<FleetId, Arc<Entry>>,
    /// By the hash of their names; those that share one are few.
    by_hash: HashMap<u64, Vec<Arc<Entry>>>,
    apps: HashMap<Box<str>, Arc<Bucket>>,
}

impl<'a> Named<'a> {
    /// All its names, what is left out filled in.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        let label = match self.label {
            "" => "main",
            label => label,
        };
        let default = self.profiles.is_empty().then_some("default");
        let profiles = self.profiles.iter().map(String::as_str).chain(default);
        [self.app, label].into_iter().chain(profiles)
    }

    /// Whether this names that fleet.
    pub(crate) fn is(&self, fleet: &Fleet) -> bool {
        let names = [fleet.app(), fleet.label()];
        self.names().eq(names.into_iter().chain(fleet.profiles()))
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

    pub(super) fn app(&self) -> &Bucket {
        &self.app
    }

    /// Notes that it is heard of. Writes seldom, since many do at once.
    pub(super) fn touch(&self, now: Duration) {
        let now = millis(now);
        if now.saturating_sub(self.heard.load(Relaxed)) > 1_000 {
            self.heard.store(now, Relaxed);
        }
    }
}

impl Fleets {
    /// None yet. What they should run is said by `views`.
    pub(crate) fn new(views: Option<Views>, a_second: u32) -> Self {
        Self {
            views,
            a_second,
            hasher: DefaultHashBuilder::default(),
            table: RwLock::default(),
        }
    }

    /// A fleet that is heard of.
    pub(crate) fn find(&self, named: Named<'_>) -> Option<Arc<Entry>> {
        let hash = self.hash(named.names());
        let table = self.read();
        let entries = table.by_hash.get(&hash)?;
        entries.iter().find(|entry| named.is(&entry.fleet)).cloned()
    }

    /// The fleet of this number, for as long as it is kept.
    pub(crate) fn get(&self, id: FleetId) -> Option<Arc<Entry>> {
        self.read().by_id.get(&id).cloned()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.read().by_id.len()
    }

    /// Hears of a fleet for the first time. None if there are too many.
    pub(crate) fn begin(&self, fleet: Fleet, now: Duration) -> Option<Arc<Entry>> {
        let view = self.views.as_ref().and_then(|views| views.get(&fleet));
        let hash = self.hash_of(&fleet);
        let mut table = self.write();
        let same = table.by_hash.get(&hash).into_iter().flatten();
        if let Some(entry) = same.into_iter().find(|entry| entry.fleet == fleet) {
            return Some(entry.clone());
        }
        if table.by_id.len() >= MAX_FLEETS {
            return None;
        }
        let app = table.apps.entry(fleet.app().into());
        let app = app.or_insert_with(|| Arc::new(Bucket::new(self.a_second)));
        let app = app.clone();
        table.next = table.next.wrapping_add(1);
        let entry = Arc::new(Entry {
            id: table.next,
            fleet,
            app,
            seen: ArcSwap::from_pointee(Seen::first(view, now)),
            changes: watch::Sender::new(0),
            heard: AtomicU64::new(millis(now)),
        });
        table.by_id.insert(entry.id, entry.clone());
        table.by_hash.entry(hash).or_default().push(entry.clone());
        Some(entry)
    }

    /// Takes what has changed of what fleets should run.
    pub(crate) fn refresh(&self, changed: &[Fleet], now: Duration) {
        let Some(views) = &self.views else {
            return;
        };
        for fleet in changed {
            let entry = self.entry_of(fleet);
            let (Some(entry), Some(view)) = (entry, views.get(fleet)) else {
                continue;
            };
            let next = entry.seen.load().then(view, now);
            entry.seen.store(Arc::new(next));
            entry.changes.send_modify(|count| *count += 1);
        }
    }

    /// Forgets those that are not heard of any more.
    pub(crate) fn forget(&self, now: Duration) {
        let is_idle = |entry: &Entry| {
            let heard = Duration::from_millis(entry.heard.load(Relaxed));
            // a session of it may be open, and silent
            now.saturating_sub(heard) > IDLE && entry.changes.receiver_count() == 0
        };
        let idle: Vec<Arc<Entry>> = {
            let table = self.read();
            let idle = table.by_id.values().filter(|entry| is_idle(entry));
            idle.cloned().collect()
        };
        if idle.is_empty() {
            return;
        }
        let mut table = self.write();
        for entry in &idle {
            table.by_id.remove(&entry.id);
            let hash = self.hash_of(&entry.fleet);
            if let Some(same) = table.by_hash.get_mut(&hash) {
                same.retain(|other| other.id != entry.id);
                if same.is_empty() {
                    table.by_hash.remove(&hash);
                }
            }
            if let Some(views) = &self.views {
                views.forget(&entry.fleet);
            }
        }
        // one is the table's own
        let idle_apps = idle.len();
        drop(idle);
        if idle_apps > 0 {
            table.apps.retain(|_, bucket| Arc::strong_count(bucket) > 1);
        }
    }

    fn entry_of(&self, fleet: &Fleet) -> Option<Arc<Entry>> {
        let table = self.read();
        let entries = table.by_hash.get(&self.hash_of(fleet))?;
        entries.iter().find(|entry| entry.fleet == *fleet).cloned()
    }

    fn hash_of(&self, fleet: &Fleet) -> u64 {
        let names = [fleet.app(), fleet.label()];
        self.hash(names.into_iter().chain(fleet.profiles()))
    }

    fn hash<'a>(&self, names: impl Iterator<Item = &'a str>) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        for name in names {
            hasher.write(name.as_bytes());
            hasher.write_u8(0);
        }
        hasher.finish()
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.table.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
