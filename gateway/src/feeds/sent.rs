//! Remembers the configurations that watchers hold, so that they get the difference instead of the
//! whole, made once for all of them.

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};
use vortex_kit::{compute::Compute, error::Fault};
use vortex_views::Fleet;

use crate::answer::json_text;

/// About how many bytes the remembered configurations may take; the least used are forgotten.
const REMEMBERED_BYTES: u64 = 32 << 20;
/// About how many bytes the differences may take.
const PATCH_BYTES: u64 = 8 << 20;
/// The most versions whose digests are remembered.
const VERSIONS: usize = 16_384;
/// The number of items that the tables are sized for.
const EXPECTED: usize = 1_024;
/// About how many bytes an item takes beside its text.
const OVERHEAD: usize = 256;

/// A configuration that a watcher holds.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) version: String,
    /// As JSON.
    pub(super) json: Bytes,
}

/// The configurations that watchers hold, and the differences between them.
#[derive(Debug)]
pub(super) struct Sent {
    configs: Cache<(Fleet, String), Config, Weight>,
    /// The digest of each version; none of one that was two configurations.
    versions: Cache<(Fleet, String), Option<String>>,
    patches: Cache<(String, String), Bytes, Weight>,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<(Fleet, String), Config> for Weight {
    fn weight(&self, _: &(Fleet, String), config: &Config) -> u64 {
        (config.json.len() + OVERHEAD) as u64
    }
}

impl Weighter<(String, String), Bytes> for Weight {
    fn weight(&self, _: &(String, String), patch: &Bytes) -> u64 {
        (patch.len() + OVERHEAD) as u64
    }
}

impl Default for Sent {
    fn default() -> Self {
        Self {
            configs: Cache::with_weighter(EXPECTED, REMEMBERED_BYTES, Weight),
            versions: Cache::new(VERSIONS),
            patches: Cache::with_weighter(EXPECTED, PATCH_BYTES, Weight),
        }
    }
}

impl Sent {
    /// Remembers that somebody holds this.
    pub(super) fn remember(&self, fleet: &Fleet, digest: &str, version: &str, json: &Bytes) {
        let key = (fleet.clone(), digest.to_owned());
        let is_known = self
            .configs
            .get(&key)
            .is_some_and(|it| it.version == version);
        if !is_known {
            let config = Config {
                version: version.to_owned(),
                // a copy, since it may be a small part of a message that would be kept whole
                json: Bytes::copy_from_slice(json),
            };
            self.configs.insert(key, config);
            self.name(fleet, digest, version);
        }
    }

    fn name(&self, fleet: &Fleet, digest: &str, version: &str) {
        let key = (fleet.clone(), version.to_owned());
        let named = match self.versions.get(&key) {
            Some(Some(known)) if known == digest => return,
            // a name that was given again, after the document was removed: neither is meant
            Some(_) => None,
            None => Some(digest.to_owned()),
        };
        self.versions.insert(key, named);
    }

    /// The digest of this version, if it is remembered, and there was only one.
    pub(super) fn digest_of(&self, fleet: &Fleet, version: &str) -> Option<String> {
        self.versions.get(&(fleet.clone(), version.to_owned()))?
    }

    /// The configuration of this digest, if it is remembered.
    pub(super) fn find(&self, fleet: &Fleet, digest: &str) -> Option<Config> {
        self.configs.get(&(fleet.clone(), digest.to_owned()))
    }

    /// The RFC 6902 operations that turn one configuration into another, each with its digest: made
    /// once for all who need them, and off the request threads if that takes long.
    ///
    /// Fails with `INTERNAL` when one of them is no JSON.
    pub(super) async fn patch(
        &self,
        compute: &Compute,
        (from_digest, from): (&str, &Bytes),
        (to_digest, to): (&str, &Bytes),
    ) -> Result<Bytes, Fault> {
        let key = (from_digest.to_owned(), to_digest.to_owned());
        let made = async {
            let is_large = from.len() + to.len() > json_text::AT_ONCE;
            let (from, to) = (from.clone(), to.clone());
            let compute = compute.patient();
            let made = compute.run_if_large(is_large, move |_| vortex_patch::between(&from, &to));
            let patch = made.await?.map_err(|error| Fault::internal(&error))?;
            Ok(Bytes::from(patch))
        };
        self.patches.get_or_insert_async(&key, made).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_remembered_is_found_and_compared_once() {
        let sent = Sent::default();
        let fleet = |app: &str| Fleet::new(app, &["prod"], "").unwrap();
        let (old, new) = (Bytes::from(r#"{"a":1}"#), Bytes::from(r#"{"a":2}"#));
        sent.remember(&fleet("orders"), "d1", "v1", &old);
        sent.remember(&fleet("orders"), "d1", "v2", &old);
        let found = sent.find(&fleet("orders"), "d1").unwrap();
        assert_eq!((&*found.version, &found.json), ("v2", &old));
        assert!(sent.find(&fleet("billing"), "d1").is_none());
        assert_eq!(
            sent.digest_of(&fleet("orders"), "v2").as_deref(),
            Some("d1")
        );
        sent.remember(&fleet("orders"), "d2", "v2", &new);
        assert_eq!(sent.digest_of(&fleet("orders"), "v2"), None);
        let patch = async || {
            let compute = Compute::new();
            let patch = sent.patch(&compute, ("d1", &old), ("d2", &new)).await;
            patch.unwrap()
        };
        let first = patch().await;
        assert_eq!(first, r#"[{"op":"replace","path":"/a","value":2}]"#);
        assert_eq!(first.as_ptr(), patch().await.as_ptr());
    }
}
