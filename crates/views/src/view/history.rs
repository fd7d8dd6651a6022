//! What was served before.

use std::sync::Arc;

use jiff::Timestamp;

use super::Arms;

/// The most entries that are kept of one combination of arms.
const MAX_SERVED: usize = 16;

/// What was served and is served, newest first: 16 versions at most for each combination of arms,
/// and as many of canaries that are no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History(Vec<Served>);

/// A version that was served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Every name that it was served under.
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

    /// This history with what has joined it since. An entry of the same arms that began at the same
    /// position replaces the one before.
    #[must_use]
    pub fn joined_by(&self, joined: Vec<Served>) -> Self {
        if joined.is_empty() {
            return self.clone();
        }
        let is_same = |one: &Served, other: &Served| {
            one.arms == other.arms
                && one.since == other.since
                && one.names.first() == other.names.first()
        };
        let is_kept = |known: &&Served| !joined.iter().any(|new| is_same(known, new));
        let kept: Vec<Served> = self.0.iter().filter(is_kept).cloned().collect();
        Self::new(joined.into_iter().chain(kept).collect())
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
