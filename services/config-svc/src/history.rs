//! What watched configurations were before, so that a watcher that comes back
//! gets the difference and not the whole.

use crate::{domain::ViewKey, views::View};
use bytes::Bytes;
use quick_cache::sync::Cache;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Configurations remembered of a view.
const REMEMBERED: usize = 16;
/// Views remembered; the least used are forgotten.
const VIEWS: usize = 1024;
/// Differences kept, so that one is made once for all who watch.
const PATCHES: usize = 1024;

/// A configuration that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// SHA-256 of it, in hex.
    pub digest: String,
    /// Its version.
    pub version: String,
    /// The configuration as JSON.
    pub config: Bytes,
}

/// What watched configurations were before.
pub struct History {
    views: Cache<ViewKey, Arc<Mutex<VecDeque<Sent>>>>,
    patches: Cache<(String, String), Bytes>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            views: Cache::new(VIEWS),
            patches: Cache::new(PATCHES),
        }
    }
}

impl From<&View> for Sent {
    fn from(view: &View) -> Self {
        let effective = view.rendered.effective();
        Self {
            digest: effective.digest.clone(),
            version: view.rendered.version().to_owned(),
            config: effective.json.clone(),
        }
    }
}

impl History {
    /// Remembers that this was sent.
    pub fn remember(&self, key: &ViewKey, sent: &Sent) {
        let Ok(ring) = self
            .views
            .get_or_insert_with(key, || Ok::<_, std::convert::Infallible>(Arc::default()));
        let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.back().is_some_and(|last| last.digest == sent.digest) {
            // the same under a newer version
            ring.pop_back();
        }
        ring.push_back(sent.clone());
        if ring.len() > REMEMBERED {
            ring.pop_front();
        }
    }

    /// The configuration of this digest, if it is remembered.
    pub fn find(&self, key: &ViewKey, digest: &str) -> Option<Sent> {
        let ring = self.views.get(key)?;
        let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.iter()
            .rev()
            .find(|sent| sent.digest == digest)
            .cloned()
    }

    /// The RFC 6902 operations that make `to` of `from`, made once for all who
    /// ask. None when either is not JSON, which nothing that was sent is not.
    pub fn patch(&self, from: &Sent, to: &Sent) -> Option<Bytes> {
        let key = (from.digest.clone(), to.digest.clone());
        if let Some(patch) = self.patches.get(&key) {
            return Some(patch);
        }
        let before = serde_json::from_slice(&from.config).ok()?;
        let after = serde_json::from_slice(&to.config).ok()?;
        let patch = serde_json::to_vec(&crate::domain::json_patch(&before, &after)).ok()?;
        let patch = Bytes::from(patch);
        self.patches.insert(key, patch.clone());
        Some(patch)
    }
}
