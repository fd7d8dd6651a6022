//! Who owns which documents.

use std::{fmt, sync::Arc};

use imbl::OrdMap;
use jiff::Timestamp;
use vortex_pattern::Pattern;

use super::{
    super::{ClusterId, Path, StoreId},
    Owner, Place,
};

/// Patterns that are owned, at most.
pub(crate) const MAX_OWNED: usize = 1_000;

/// A time in which a cluster owns documents. Of two, the greater counts: the higher counter, and
/// where two clusters took the same, the greater cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch {
    pub counter: u64,
    /// The cluster that owns since.
    pub cluster: ClusterId,
}

/// That a cluster owns the documents of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    pub pattern: Pattern,
    /// Which documents these are.
    pub place: Place,
    /// The owner, and since which epoch.
    pub epoch: Epoch,
    /// The last record of the owner before that still counts, where it is known.
    pub fence: Option<Fence>,
    /// The authenticated caller that set it.
    pub by: String,
    pub since: Timestamp,
    /// Whether it was taken from an owner that was not asked.
    pub forced: bool,
}

/// The last record of a former owner that counts. What it wrote beyond this never happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    pub cluster: ClusterId,
    pub store: StoreId,
    /// The last of the records that were written there; 0 where none is known here.
    pub sequence: u64,
}

/// All ownerships. Where there is any, there is one of `**`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    owned: OrdMap<Place, Arc<Ownership>>,
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.counter, self.cluster)
    }
}

impl Ownership {
    /// The first epoch of a cluster that owns everything else.
    pub(in crate::domain) fn of_the_rest(owner: &ClusterId, like: &Self) -> Self {
        Self {
            pattern: Pattern::everything(),
            place: Place::rest(),
            epoch: Epoch {
                counter: 1,
                cluster: owner.clone(),
            },
            fence: None,
            by: like.by.clone(),
            since: like.since,
            forced: false,
        }
    }
}

impl Table {
    /// Whether nothing is said: all is this cluster's.
    pub fn is_empty(&self) -> bool {
        self.owned.is_empty()
    }

    /// How many patterns are owned.
    pub fn len(&self) -> usize {
        self.owned.len()
    }

    /// All of it, the rest first, and what counts more after what counts less.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Ownership>> {
        self.owned.values()
    }

    /// The ownership of exactly this place.
    pub fn get(&self, place: &Place) -> Option<&Arc<Ownership>> {
        self.owned.get(place)
    }

    /// The highest counter of all epochs.
    pub fn last_epoch(&self) -> u64 {
        let counters = self.owned.values().map(|owned| owned.epoch.counter);
        counters.max().unwrap_or(0)
    }

    /// Who owns a document of a label that no source feeds.
    pub(crate) fn owner_of(&self, path: &Path) -> Option<Owner<'_>> {
        let mut places = Place::around(path);
        let owned = places.find_map(|place| self.owned.get(&place))?;
        Some(Owner {
            cluster: &owned.epoch.cluster,
            epoch: owned.epoch.counter,
        })
    }

    /// The ownership that a place is under now: its own, or the greatest that covers it.
    pub fn over(&self, place: &Place) -> Option<&Arc<Ownership>> {
        let mut owned = self.owned.iter().rev();
        let found = owned.find(|(known, _)| known.covers(place));
        found.map(|(_, owned)| owned)
    }

    /// Notes an ownership, unless one of a later epoch is known. Whatever the order in which they
    /// come, the same is left.
    pub fn note(&mut self, owned: Arc<Ownership>) {
        let known = self.owned.get(&owned.place);
        if known.is_none_or(|known| known.epoch < owned.epoch) {
            self.owned.insert(owned.place.clone(), owned);
        }
    }
}
