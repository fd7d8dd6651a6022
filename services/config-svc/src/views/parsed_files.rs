//! A cache of recently parsed files, by their content's hash.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::{Weighter, sync::Cache};
use vortex_kit::compute::Compute;
use vortex_spring::{Allowance, File, Format, ParseError, parse_within};

use super::{
    ReadError,
    damaged::Damaged,
    parsing::{Unparsed, parse_at_once},
};
use crate::{
    domain::{Label, Path, Sha256},
    store::ConfigStore,
};

/// About how many bytes the cached files may take.
const CACHE_BYTES: u64 = 64 << 20;
/// The number of files that the cache's tables are sized for.
const EXPECTED_FILES: usize = 4096;
/// About how many bytes a property takes besides its text.
const PROPERTY_BYTES: usize = 160;

pub(super) struct ParsedFiles {
    store: ConfigStore,
    parsed: Arc<Parsed>,
    damaged: Damaged,
}

type Parsed = Cache<(Sha256, Format), Arc<File>, Weight>;

/// Weighs a parsed file.
#[derive(Clone)]
pub(super) struct Weight;

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

impl ParsedFiles {
    pub(super) fn new(store: ConfigStore) -> Self {
        Self {
            store,
            parsed: Arc::new(Cache::with_weighter(EXPECTED_FILES, CACHE_BYTES, Weight)),
            damaged: Damaged::default(),
        }
    }

    pub(super) fn remember(&self, sha256: Sha256, format: Format, file: File) {
        self.parsed.insert((sha256, format), Arc::new(file));
    }

    /// The parsed content of a document.
    pub(super) async fn get(
        &self,
        compute: &Compute,
        label: &Label,
        path: &Path,
        sha256: Sha256,
        format: Format,
    ) -> Result<Arc<File>, ReadError> {
        if let Some(file) = self.parsed.get(&(sha256, format)) {
            return Ok(file);
        }
        let content = self.content(label, path, &sha256).await?;
        Ok(self.parse(compute, (sha256, format), content).await?)
    }

    /// Parses a content and caches the result. Callers that wait for the same content share one
    /// parse.
    pub(super) async fn parse(
        &self,
        compute: &Compute,
        key: (Sha256, Format),
        content: Bytes,
    ) -> Result<Arc<File>, Unparsed> {
        if let Some(parsed) = parse_at_once(key.1, &content) {
            let file = Arc::new(parsed?);
            self.parsed.insert(key, file.clone());
            return Ok(file);
        }
        let cache = self.parsed.clone();
        let parsed = compute.run(move |waiting| {
            if let Some(file) = cache.get(&key) {
                return Ok(file);
            }
            let gave_up = || waiting.gave_up();
            let file = parse_within(key.1, &content, Allowance::whole().until(&gave_up))?;
            let file = Arc::new(file);
            cache.insert(key, file.clone());
            Ok::<_, ParseError>(file)
        });
        Ok(parsed.await??)
    }

    /// The content of a document as it is stored.
    pub(super) async fn content(
        &self,
        label: &Label,
        path: &Path,
        sha256: &Sha256,
    ) -> Result<Bytes, ReadError> {
        match self.store.content(sha256).await {
            Ok(content) => {
                self.damaged.mend(sha256);
                Ok(content)
            }
            Err(cause) if cause.is_damage() => {
                self.damaged.note(sha256, label, path);
                Err(ReadError::Damaged {
                    label: label.clone(),
                    path: path.clone(),
                    cause,
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Names the documents that were found damaged.
    pub(super) fn damaged(&self) -> Option<String> {
        self.damaged.told()
    }
}
