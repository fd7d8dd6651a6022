//! Documents whose contents were found damaged when they were read.

use crate::domain::{Label, Path, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The most documents that are named; further ones are only counted.
const NAMED: usize = 5;
/// The most damaged contents that are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// The damaged contents, each with one document that has it.
#[derive(Default)]
pub(super) struct Damaged(Mutex<BTreeMap<Sha256, String>>);

impl Damaged {
    /// Remembers that a content of a document is damaged.
    pub(super) fn note(&self, sha256: &Sha256, label: &Label, path: &Path) {
        let mut known = self.lock();
        if known.len() >= MAX_REMEMBERED || known.contains_key(sha256) {
            return;
        }
        tracing::error!(%label, %path, %sha256, "stored content is damaged");
        known.insert(*sha256, format!("{path} on {label}"));
    }

    /// Forgets a content that reads well again, for example after it was written again.
    pub(super) fn mend(&self, sha256: &Sha256) {
        self.lock().remove(sha256);
    }

    /// A sentence that names the documents that can't be read.
    pub(super) fn told(&self) -> Option<String> {
        let known = self.lock();
        if known.is_empty() {
            return None;
        }
        let named: Vec<&str> = known.values().take(NAMED).map(String::as_str).collect();
        let mut told = format!("damaged, and not served: {}", named.join(", "));
        if known.len() > NAMED {
            told.push_str(&format!(" and {} more", known.len() - NAMED));
        }
        Some(told)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Sha256, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
