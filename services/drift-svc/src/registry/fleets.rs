//! The fleets that are known, by name.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, atomic::Ordering::Relaxed,
    },
};

use vortex_views::Fleet;

use super::{Registry, SLICE, Tracked};
use crate::{
    domain::{FleetName, Roster},
    plans,
};

/// The most fleets: as many as views are followed.
pub(crate) const MOST_FLEETS: usize = 10_000;

type ByName = BTreeMap<FleetName, Arc<Tracked>>;

/// The fleets that are known, by name.
#[derive(Default)]
pub(super) struct Fleets(RwLock<ByName>);

impl Fleets {
    fn read(&self) -> RwLockReadGuard<'_, ByName> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ByName> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// A fleet, if it is known.
    pub(crate) fn fleet(&self, name: &FleetName) -> Option<Arc<Tracked>> {
        self.inner.fleets.read().get(name).cloned()
    }

    /// All fleets, by name.
    pub(crate) fn fleets(&self) -> Vec<Arc<Tracked>> {
        self.inner.fleets.read().values().cloned().collect()
    }

    /// The first fleet after a name, or of all.
    pub(crate) fn fleet_after(&self, name: Option<&FleetName>) -> Option<Arc<Tracked>> {
        let fleets = self.inner.fleets.read();
        let after = name.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = fleets.range::<FleetName, _>((after, Bound::Unbounded));
        rest.next().map(|(_, tracked)| tracked.clone())
    }

    /// A fleet, which is known from now on. None if there are too many.
    pub(super) fn track(&self, fleet: &Fleet) -> Option<Arc<Tracked>> {
        let name = plans::name(fleet);
        if let Some(known) = self.fleet(&name) {
            return Some(known);
        }
        let mut fleets = self.inner.fleets.write();
        if fleets.len() >= MOST_FLEETS && !fleets.contains_key(&name) {
            return None;
        }
        let (rules, time) = (self.inner.rules, &self.inner.time);
        let new = || {
            let roster = Roster::new(rules, time.beginning(), fastrand::u64(..));
            Arc::new(Tracked::new(fleet.clone(), roster))
        };
        Some(fleets.entry(name).or_insert_with(new).clone())
    }

    /// Lets time pass for a fleet, for one slice, and answers whether more is due. One that has been
    /// without instances for the time to live is forgotten.
    pub(crate) fn tick(&self, tracked: &Tracked) -> bool {
        let now = self.inner.time.now();
        let mut kept = tracked.kept();
        let before = kept.roster.len();
        let is_more = kept.roster.tick(now, SLICE as usize);
        let gone = before - kept.roster.len();
        self.inner.total.fetch_sub(gone.into(), Relaxed);
        kept.empty_since = match kept.roster.is_empty() {
            true => Some(kept.empty_since.unwrap_or(now)),
            false => None,
        };
        let ttl = self.inner.rules.ttl();
        let is_over = kept.empty_since.is_some_and(|since| now.since(since) > ttl);
        drop(kept);
        if is_over {
            self.forget_empty(tracked);
        }
        is_more
    }

    fn forget_empty(&self, tracked: &Tracked) {
        let mut fleets = self.inner.fleets.write();
        // who takes reports holds the fleet, besides the table and who asked for this
        let is_alone = fleets
            .get(&tracked.name)
            .is_some_and(|known| Arc::strong_count(known) <= 2);
        if is_alone && tracked.kept().roster.is_empty() {
            fleets.remove(&tracked.name);
            self.inner.views.forget(&tracked.fleet);
        }
    }
}
