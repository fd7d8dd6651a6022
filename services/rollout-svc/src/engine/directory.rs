//! The rollouts by id, and the documents that each of them holds.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use imbl::OrdMap;

use super::{Entry, Error};
use crate::domain::{RolloutId, Spec};

/// The maximum number of rollouts that have not ended.
const MAX_ACTIVE: usize = 20_000;

/// The rollouts by id. Reading takes no lock.
#[derive(Default)]
pub(super) struct Directory {
    entries: ArcSwap<OrdMap<RolloutId, Arc<Entry>>>,
    claims: Mutex<Claims>,
}

/// The documents that rollouts which have not ended hold.
#[derive(Default)]
struct Claims {
    by_document: HashMap<String, RolloutId>,
    active: usize,
}

impl Directory {
    pub(super) fn get(&self, id: &RolloutId) -> Option<Arc<Entry>> {
        self.entries.load().get(id).cloned()
    }

    /// All rollouts at this moment, oldest first.
    pub(super) fn snapshot(&self) -> Arc<OrdMap<RolloutId, Arc<Entry>>> {
        self.entries.load_full()
    }

    pub(super) fn all(&self) -> Vec<Arc<Entry>> {
        self.entries.load().values().cloned().collect()
    }

    /// Adds a stored rollout, with its claims.
    pub(super) fn insert(&self, entry: Arc<Entry>) {
        let rollout = entry.rollout();
        if !rollout.kind().has_ended() {
            self.claims().hold(&rollout.spec);
        }
        self.add(entry);
    }

    /// Adds a rollout that has claimed its documents.
    pub(super) fn add(&self, entry: Arc<Entry>) {
        let id = entry.rollout().id().clone();
        self.entries.rcu(|entries| {
            let mut entries = OrdMap::clone(entries);
            entries.insert(id.clone(), entry.clone());
            entries
        });
    }

    pub(super) fn remove(&self, id: &RolloutId) {
        self.entries.rcu(|entries| entries.without(id));
    }

    /// Claims the documents of a rollout that is about to be created.
    pub(super) fn claim(&self, spec: &Spec) -> Result<(), Error> {
        let mut claims = self.claims();
        if claims.active >= MAX_ACTIVE {
            return Err(Error::TooManyRollouts(MAX_ACTIVE));
        }
        for path in &spec.paths {
            if let Some(by) = claims.by_document.get(&document(&spec.label, path)) {
                return Err(Error::Conflict {
                    path: path.clone(),
                    by: by.clone(),
                });
            }
        }
        claims.hold(spec);
        Ok(())
    }

    /// Releases the documents of a rollout.
    pub(super) fn release(&self, spec: &Spec) {
        let mut claims = self.claims();
        let mut held = 0;
        for path in &spec.paths {
            let document = document(&spec.label, path);
            if claims.by_document.get(&document) == Some(&spec.id) {
                claims.by_document.remove(&document);
                held += 1;
            }
        }
        if held > 0 {
            claims.active = claims.active.saturating_sub(1);
        }
    }

    fn claims(&self) -> MutexGuard<'_, Claims> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Claims {
    fn hold(&mut self, spec: &Spec) {
        for path in &spec.paths {
            let document = document(&spec.label, path);
            self.by_document.insert(document, spec.id.clone());
        }
        self.active += 1;
    }
}

/// The key of a document among all labels; labels contain no line breaks.
fn document(label: &str, path: &str) -> String {
    format!("{label}\n{path}")
}
