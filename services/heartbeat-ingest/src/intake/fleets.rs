//! The fleets that are heard of, with what their instances should run.

use std::{
    hash::{BuildHasher, Hasher},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use hashbrown::{DefaultHashBuilder, HashMap};
use uuid::Uuid;
use vortex_views::{Fleet, Views};

use super::{Entry, Named};
use crate::domain::{Bucket, FleetId};

/// Fleets at once: as many as one stream of config-svc follows.
pub(crate) const MAX_FLEETS: usize = 10_000;
/// A fleet is forgotten after so long without a report.
const IDLE: Duration = Duration::from_secs(600);

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
    /// Those that were forgotten last: a report may have been on its way into the window.
    retired: HashMap<FleetId, Arc<Entry>>,
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
        entries
            .iter()
            .find(|entry| named.is(entry.fleet()))
            .cloned()
    }

    /// The fleet of this number, for as long as it is kept.
    pub(crate) fn get(&self, id: FleetId) -> Option<Arc<Entry>> {
        let table = self.read();
        let entry = table.by_id.get(&id).or_else(|| table.retired.get(&id));
        entry.cloned()
    }

    /// The store whose log it is that positions are of, once that is known.
    pub(crate) fn store(&self) -> Option<Uuid> {
        self.views.as_ref()?.store()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.read().by_id.len()
    }

    /// Hears of a fleet for the first time. None if there are too many.
    pub(crate) fn begin(&self, fleet: Fleet, now: Duration) -> Option<Arc<Entry>> {
        let entry = self.insert(fleet, now)?;
        // asked only now, so that nothing that changes from here on is missed
        let views = self.views.as_ref();
        if let Some(view) = views.and_then(|views| views.get(entry.fleet())) {
            entry.know(view, now);
        }
        Some(entry)
    }

    fn insert(&self, fleet: Fleet, now: Duration) -> Option<Arc<Entry>> {
        let hash = self.hash_of(&fleet);
        let mut table = self.write();
        let same = table.by_hash.get(&hash).into_iter().flatten();
        if let Some(entry) = same.into_iter().find(|entry| *entry.fleet() == fleet) {
            return Some(entry.clone());
        }
        if table.by_id.len() >= MAX_FLEETS {
            return None;
        }
        let app = table.apps.entry(fleet.app().into());
        let app = app.or_insert_with(|| Arc::new(Bucket::new(self.a_second)));
        let app = app.clone();
        table.next = table.next.wrapping_add(1);
        let entry = Arc::new(Entry::new(table.next, fleet, app, now));
        table.by_id.insert(entry.id(), entry.clone());
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
            entry.refresh(view, now);
        }
    }

    /// Forgets those that are not heard of any more. They are found by their numbers until this is
    /// called again, which is after what they reported was written.
    pub(crate) fn forget(&self, now: Duration) {
        let is_idle = |entry: &Arc<Entry>| entry.is_idle(now, IDLE);
        let any = {
            let table = self.read();
            !table.retired.is_empty() || table.by_id.values().any(is_idle)
        };
        if !any {
            return;
        }
        let mut table = self.write();
        table.retired.clear();
        let idle: Vec<Arc<Entry>> = table
            .by_id
            .values()
            .filter(|entry| is_idle(entry))
            .cloned()
            .collect();
        for entry in idle {
            table.retire(self.hash_of(entry.fleet()), entry.clone());
            if let Some(views) = &self.views {
                views.forget(entry.fleet());
            }
        }
        // one is the table's own
        table.apps.retain(|_, bucket| Arc::strong_count(bucket) > 1);
    }

    fn entry_of(&self, fleet: &Fleet) -> Option<Arc<Entry>> {
        let table = self.read();
        let entries = table.by_hash.get(&self.hash_of(fleet))?;
        entries.iter().find(|entry| entry.fleet() == fleet).cloned()
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

impl Known {
    fn retire(&mut self, hash: u64, entry: Arc<Entry>) {
        self.by_id.remove(&entry.id());
        if let Some(same) = self.by_hash.get_mut(&hash) {
            same.retain(|other| other.id() != entry.id());
            if same.is_empty() {
                self.by_hash.remove(&hash);
            }
        }
        self.retired.insert(entry.id(), entry);
    }
}
