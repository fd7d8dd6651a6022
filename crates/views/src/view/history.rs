//! What was served before.

use std::sync::Arc;

use jiff::Timestamp;

use super::Arms;

/// The most entries that are kept of one combination of arms.
const MAX_SERVED: usize = 16;
/// The most names that are kept of an entry, the newest of them.
const MAX_NAMES: usize = 66;

/// What was served and is served, newest first: 16 versions at most for each combination of arms,
/// and as many of canaries that are no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(Vec<Served>);

/// A version that was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Every name that it was served under, its effective version first.
    pub names: Vec<Arc<str>>,
    /// SHA-256 of the effective configuration, in hex. Empty if it is not known.
    pub digest: Arc<str>,
    /// The log's position from which on it was served.
    pub since: u64,
    /// When that was, if it is known.
    pub at: Option<Timestamp>,
    /// The arms that it was served to, as their splits are now. None for the canary of a split that
    /// has ended without its release.
    pub arms: Option<Arms>,
}

impl Served {
    /// Whether it was served under this name.
    pub fn is(&self, version: &str) -> bool {
        self.names.iter().any(|name| **name == *version)
    }

    /// Whether it is an entry of the same version, perhaps with other names.
    fn is_same(&self, other: &Self) -> bool {
        let first = |entry: &Self| entry.names.first().cloned();
        self.arms == other.arms && self.since == other.since && first(self) == first(other)
    }
}

impl History {
    /// The history of these entries, in any order.
    pub fn new(mut entries: Vec<Served>) -> Self {
        // two that began at once keep their order
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.since));
        let mut kept: Vec<Served> = Vec::with_capacity(entries.len());
        for entry in entries {
            let same = kept.iter().filter(|other| other.arms == entry.arms);
            if same.count() < MAX_SERVED {
                kept.push(entry);
            }
        }
        Self(kept)
    }

    /// This history with what has joined it since: further versions, and further names of one that
    /// is known.
    #[must_use]
    pub fn joined_by(&self, joined: Vec<Served>) -> Self {
        if joined.is_empty() {
            return self.clone();
        }
        let joined: Vec<Served> = joined.into_iter().map(|new| self.with_known(new)).collect();
        let is_kept = |known: &&Served| !joined.iter().any(|new| known.is_same(new));
        let kept: Vec<Served> = self.0.iter().filter(is_kept).cloned().collect();
        Self::new(joined.into_iter().chain(kept).collect())
    }

    /// An entry with what is known of it already.
    fn with_known(&self, mut entry: Served) -> Served {
        if let Some(known) = self.0.iter().find(|known| known.is_same(&entry)) {
            let others = known
                .names
                .iter()
                .filter(|name| !entry.names.contains(name));
            let others: Vec<Arc<str>> = others.cloned().collect();
            entry.names.extend(others);
            entry.names.truncate(MAX_NAMES);
            if entry.digest.is_empty() {
                entry.digest = known.digest.clone();
            }
        }
        entry
    }

    /// All entries, newest first.
    pub fn entries(&self) -> &[Served] {
        &self.0
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was served under this name, newest first.
    pub fn named<'a>(&'a self, version: &'a str) -> impl Iterator<Item = &'a Served> {
        self.0.iter().filter(move |entry| entry.is(version))
    }

    /// How many versions back a version is in the history of these arms: 0 for the one that they
    /// are served now. None if it is not among the last 16.
    pub fn steps_back(&self, arms: Arms, version: &str) -> Option<usize> {
        let mut ring = self.0.iter().filter(|entry| entry.arms == Some(arms));
        ring.position(|entry| entry.is(version))
    }
}
