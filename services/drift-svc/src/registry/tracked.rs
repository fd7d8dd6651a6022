//! A fleet that is known.

use std::sync::{Arc, Mutex, MutexGuard};

use vortex_views::{Fleet, View, Views};

use super::lock;
use crate::{
    domain::{FleetName, Roster, Tenths},
    plans,
};

/// A fleet that is known.
pub(crate) struct Tracked {
    /// Its name.
    pub(crate) name: FleetName,
    /// Its name where views are followed.
    pub(crate) fleet: Fleet,
    kept: Mutex<Kept>,
}

/// What is known of a fleet.
pub(crate) struct Kept {
    /// Its instances.
    pub(crate) roster: Roster,
    /// The view that they are judged by.
    view: Option<Arc<View>>,
    /// Since when it has no instances.
    pub(super) empty_since: Option<Tenths>,
}

impl Tracked {
    pub(super) fn new(fleet: Fleet, roster: Roster) -> Self {
        Self {
            name: plans::name(&fleet),
            fleet,
            kept: Mutex::new(Kept {
                roster,
                view: None,
                empty_since: None,
            }),
        }
    }

    /// What is known of it. Not to be held across an await, nor for longer than a slice takes.
    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }
}

impl Kept {
    /// Takes the fleet's newest view.
    pub(super) fn refresh(&mut self, fleet: &Fleet, views: &Views, now: Tenths) {
        // the position first: what is known up to it is in a view that is read later
        let position = views.position();
        let newest = views.get(fleet);
        let is_same = match (&self.view, &newest) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (_, newest) => newest.is_none(),
        };
        if let Some(view) = newest.filter(|_| !is_same) {
            self.roster.follow(Arc::new(plans::plan(&view)), now);
            self.view = Some(view);
        }
        if let Some(position) = position.filter(|_| self.view.is_some()) {
            self.roster.reach(position);
        }
    }
}
