//! Files that were parsed lately, by their content's hash.

use super::ReadError;
use crate::{
    domain::Sha256,
    store::{ConfigStore, Error},
};
use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};
use std::sync::Arc;
use vortex_spring::{File, Format, parse};

/// Bytes that parsed files kept may take, about.
const CACHE_BYTES: u64 = 64 << 20;
/// Files expected, which sizes the cache's tables.
const EXPECTED_FILES: usize = 4096;
/// What a property takes besides its text, about.
const PROPERTY_BYTES: usize = 160;

pub(super) struct Files {
    store: ConfigStore,
    parsed: Cache<(Sha256, Format), Arc<File>, Weight>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<(Sha256, Format), Arc<File>> for Weight {
    fn weight(&self, _: &(Sha256, Format), file: &Arc<File>) -> u64 {
        let properties = file.documents.iter().flat_map(|d| &d.properties);
        // each value stands in the flat keys and in the nested value
        let bytes: usize = properties
            .map(|property| {
                let value = property.value.as_str().map_or(8, str::len);
                PROPERTY_BYTES + 2 * (property.key.len() + value)
            })
            .sum();
        (bytes + PROPERTY_BYTES) as u64
    }
}

impl Files {
    pub(super) fn new(store: ConfigStore) -> Self {
        Self {
            store,
            parsed: Cache::with_weighter(EXPECTED_FILES, CACHE_BYTES, Weight),
        }
    }

    pub(super) fn remember(&self, sha256: Sha256, format: Format, file: File) {
        self.parsed.insert((sha256, format), Arc::new(file));
    }

    pub(super) async fn get(&self, sha256: Sha256, format: Format) -> Result<Arc<File>, ReadError> {
        if let Some(file) = self.parsed.get(&(sha256, format)) {
            return Ok(file);
        }
        let content = self.store.content(&sha256).await?;
        let file = Arc::new(parse(format, &content)?);
        self.parsed.insert((sha256, format), file.clone());
        Ok(file)
    }

    pub(super) async fn content(&self, sha256: &Sha256) -> Result<Bytes, Error> {
        self.store.content(sha256).await
    }
}
