//! Views: configurations made ready to be sent, kept while what they are made of
//! is what is served.

mod effective;
mod files;
mod measures;
mod rendered;

pub use effective::Effective;
pub use rendered::{Rendered, RenderedSource, View, json_bytes};

use crate::{
    domain::{ReadRefused, SourceName, State, ViewKey, basis},
    store::{ConfigStore, Error},
};
use files::Files;
use measures::Measures;
use quick_cache::{Weighter, sync::Cache};
use std::{collections::HashMap, sync::Arc};
use vortex_kit::telemetry::Metrics;

/// Bytes that views kept may take, about.
const CACHE_BYTES: u64 = 64 << 20;
/// Views expected, which sizes the cache's tables.
const EXPECTED_VIEWS: usize = 1024;

/// Why a view can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It can't be at this state.
    #[error(transparent)]
    Refused(#[from] ReadRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// A content that parsed when it was written no longer does.
    #[error("a stored document no longer parses: {0}")]
    Parse(#[from] vortex_spring::ParseError),
}

/// The views that were read lately.
pub struct Views {
    cache: Cache<ViewKey, Arc<View>, Weight>,
    files: Files,
    locations: HashMap<SourceName, String>,
    measures: Measures,
}

#[derive(Clone)]
struct Weight;

impl Weighter<ViewKey, Arc<View>> for Weight {
    fn weight(&self, key: &ViewKey, view: &Arc<View>) -> u64 {
        key.weight() + view.rendered.weight()
    }
}

impl Views {
    /// Views of what `store` keeps. `locations` says where the sources are, for
    /// the names of property sources.
    pub fn new(store: ConfigStore, locations: HashMap<SourceName, String>) -> Self {
        Self {
            cache: Cache::with_weighter(EXPECTED_VIEWS, CACHE_BYTES, Weight),
            files: Files::new(store),
            locations,
            measures: Measures::default(),
        }
    }

    /// Counts into `metrics` from now on.
    pub fn measure(&mut self, metrics: &Metrics) {
        self.measures = Measures::new(metrics);
    }

    /// Remembers a file that was just parsed, since it is likely to be read next.
    pub fn remember(
        &self,
        sha256: crate::domain::Sha256,
        format: vortex_spring::Format,
        file: vortex_spring::File,
    ) {
        self.files.remember(sha256, format, file);
    }

    /// The configuration `key` at `state`.
    pub async fn view(&self, state: &State, key: &ViewKey) -> Result<Arc<View>, ReadError> {
        let cached = self.cache.get(key);
        if let Some(view) = &cached
            && view.basis.is_current(state, key)
        {
            self.measures.hit();
            return Ok(view.clone());
        }
        let began = self.measures.miss();
        let basis = basis(state, key)?;
        let rendered = match cached {
            Some(view) if view.basis.same_documents(&basis) => view.rendered.clone(),
            _ => Arc::new(self.render(&basis, key).await?),
        };
        self.measures.made(key, &basis, began);
        let view = Arc::new(View::new(basis, rendered));
        self.cache.insert(key.clone(), view.clone());
        Ok(view)
    }

    async fn render(
        &self,
        basis: &crate::domain::Basis,
        key: &ViewKey,
    ) -> Result<Rendered, ReadError> {
        let mut files = Vec::with_capacity(basis.entries.len());
        for entry in &basis.entries {
            files.push(self.files.get(entry.content.sha256, entry.format).await?);
        }
        Ok(Rendered::new(basis, files, key, &self.locations))
    }

    /// A file's content as it is stored.
    pub async fn content(&self, sha256: &crate::domain::Sha256) -> Result<bytes::Bytes, Error> {
        self.files.content(sha256).await
    }

    /// A parsed file.
    pub async fn file(
        &self,
        sha256: crate::domain::Sha256,
        format: vortex_spring::Format,
    ) -> Result<Arc<vortex_spring::File>, ReadError> {
        self.files.get(sha256, format).await
    }
}
