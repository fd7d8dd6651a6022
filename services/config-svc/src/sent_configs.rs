//! Remembers the configurations that watchers were sent, so that one that reconnects gets the
//! difference instead of the whole.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};
use vortex_kit::compute::{self, Compute};

use crate::{
    domain::ViewKey,
    views::{View, is_large},
};

/// About how many bytes the remembered configurations of all views may take; the least used are
/// forgotten.
const REMEMBERED_BYTES: u64 = 32 << 20;
/// About how many bytes the cached differences may take: each is computed once for all watchers.
const PATCH_BYTES: u64 = 8 << 20;
/// The number of items that the caches' tables are sized for.
const EXPECTED: usize = 1024;
/// Versions whose digests are remembered.
const VERSIONS: usize = 16_384;
/// About how many bytes an item takes beside its text.
const OVERHEAD: usize = 256;

/// A configuration that was sent.
#[derive(Debug, Clone)]
pub struct SentConfig {
    /// SHA-256 of it, in hex.
    pub digest: String,
    pub version: String,
    /// The configuration as JSON.
    pub config: Bytes,
}

/// The configurations that watchers were sent lately, and the differences between them.
pub struct SentConfigs {
    sent: Cache<(ViewKey, String), SentConfig, Weight>,
    patches: Cache<(String, String), Bytes, Weight>,
    /// The digest of each version that was sent; none of one that was two configurations.
    versions: Cache<(ViewKey, String), Option<String>>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<(ViewKey, String), SentConfig> for Weight {
    fn weight(&self, (key, _): &(ViewKey, String), sent: &SentConfig) -> u64 {
        key.weight() + (sent.config.len() + OVERHEAD) as u64
    }
}

impl Weighter<(String, String), Bytes> for Weight {
    fn weight(&self, _: &(String, String), patch: &Bytes) -> u64 {
        (patch.len() + OVERHEAD) as u64
    }
}

impl Default for SentConfigs {
    fn default() -> Self {
        Self {
            sent: Cache::with_weighter(EXPECTED, REMEMBERED_BYTES, Weight),
            patches: Cache::with_weighter(EXPECTED, PATCH_BYTES, Weight),
            versions: Cache::new(VERSIONS),
        }
    }
}

impl From<&View> for SentConfig {
    fn from(view: &View) -> Self {
        let effective = view.rendered.effective();
        Self {
            digest: effective.digest.clone(),
            version: view.rendered.version().to_owned(),
            config: effective.json.clone(),
        }
    }
}

impl SentConfigs {
    /// Remembers that this was sent.
    pub fn remember(&self, key: &ViewKey, sent: &SentConfig) {
        self.sent
            .insert((key.clone(), sent.digest.clone()), sent.clone());
        let version = (key.clone(), sent.version.clone());
        let digest = match self.versions.get(&version) {
            Some(Some(known)) if known == sent.digest => return,
            // a name that was given again, after the document was removed: neither is meant
            Some(_) => None,
            None => Some(sent.digest.clone()),
        };
        self.versions.insert(version, digest);
    }

    /// The configuration of this digest, if it is remembered.
    pub fn find(&self, key: &ViewKey, digest: &str) -> Option<SentConfig> {
        self.sent.get(&(key.clone(), digest.to_owned()))
    }

    /// The configuration of this version, if it is remembered, and there was only one.
    pub fn find_version(&self, key: &ViewKey, version: &str) -> Option<SentConfig> {
        if version.is_empty() {
            return None;
        }
        let digest = self.versions.get(&(key.clone(), version.to_owned()))??;
        self.find(key, &digest)
    }

    /// The RFC 6902 operations that turn `from` into `to`, computed once for all watchers, and on a
    /// compute thread if the configurations are large. None if either is not JSON, which never
    /// happens to what was sent.
    ///
    /// # Errors
    /// When the deadline passes first.
    pub async fn patch(
        self: &Arc<Self>,
        compute: &Compute,
        from: &SentConfig,
        to: &SentConfig,
    ) -> Result<Option<Bytes>, compute::Refused> {
        let key = (from.digest.clone(), to.digest.clone());
        if let Some(patch) = self.patches.get(&key) {
            return Ok(Some(patch));
        }
        let is_large = is_large(from.config.len() + to.config.len());
        let (configs, from, to) = (self.clone(), from.clone(), to.clone());
        let made = compute.run_if_large(is_large, move |_| configs.make_patch(&from, &to));
        made.await
    }

    fn make_patch(&self, from: &SentConfig, to: &SentConfig) -> Option<Bytes> {
        let key = (from.digest.clone(), to.digest.clone());
        // made while this waited for its place
        if let Some(patch) = self.patches.get(&key) {
            return Some(patch);
        }
        let patch = vortex_patch::between(&from.config, &to.config).ok()?;
        let patch = Bytes::from(patch);
        self.patches.insert(key, patch.clone());
        Some(patch)
    }
}
