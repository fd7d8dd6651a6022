//! Views: configurations that are ready to be sent, cached until a document they are made of
//! changes.

mod cached_view;
mod damaged;
mod deciphered;
mod effective;
mod explained;
mod linked;
mod measures;
mod parsed_files;
mod parsing;
mod read_counts;
mod rendered;
mod seen_keys;
mod variants;
mod weight;

pub(crate) use cached_view::Reading;
pub(crate) use effective::Effective;
pub(crate) use explained::PlacedValue;
pub(crate) use parsing::{Unparsed, parse_at_once};
pub(crate) use read_counts::SplitReads;
pub(crate) use rendered::{Part, PropertySource, Rendered, View, json_bytes};
pub(crate) use seen_keys::SeenCells;
pub(crate) use variants::{MAX_SPLITS, Variants};
pub(crate) use weight::{MAX_ANSWER_BYTES, TooHeavy, flat_bytes, is_large};

use std::{collections::HashMap, sync::Arc};

use quick_cache::{Weighter, sync::Cache};
use vortex_kit::{
    compute::{self, Compute},
    telemetry::Metrics,
};
use vortex_spring::{File, Format};

use crate::{
    ciphers::Ciphers,
    domain::{
        Arms, ChangeSet, Label, Path, ReadRefused, Refused, Scope, SourceName, Split, SplitId,
        State, Subject, ViewKey, basis,
    },
    store::{ConfigStore, Error},
};
use cached_view::CachedView;
use deciphered::DecipheredFiles;
use linked::{LinkingContents, Placing};
use measures::Measures;
use parsed_files::ParsedFiles;
use read_counts::AllCounts;
use weight::Weighed;

/// About how many bytes the cached views may take.
const CACHE_BYTES: u64 = 64 << 20;
/// The number of views that the cache's tables are sized for.
const EXPECTED_VIEWS: usize = 1024;

/// Why a view can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It can't be read at this state.
    #[error(transparent)]
    Refused(#[from] ReadRefused),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Error),
    /// A document's content differs from what was written.
    #[error("{path} on {label} can't be read: the store is damaged")]
    Damaged {
        /// The document's label.
        label: Label,
        path: Path,
        /// What is wrong.
        #[source]
        cause: Error,
    },
    /// A content that parsed when it was written no longer does.
    #[error("a stored document no longer parses: {0}")]
    Parse(vortex_spring::ParseError),
    /// Its documents are too large together.
    #[error(transparent)]
    TooHeavy(#[from] TooHeavy),
    /// The compute threads are busy, or the deadline passed.
    #[error(transparent)]
    NotComputed(#[from] compute::Refused),
}

impl From<Unparsed> for ReadError {
    fn from(unparsed: Unparsed) -> Self {
        match unparsed {
            Unparsed::Parse(error) => Self::Parse(error),
            Unparsed::Refused(refused) => Self::NotComputed(refused),
        }
    }
}

/// The views that were read lately.
pub(crate) struct Views {
    cache: Cache<ViewKey, Arc<CachedView>, Weight>,
    files: ParsedFiles,
    deciphered: DecipheredFiles,
    linking: LinkingContents,
    fixed: Option<Arc<File>>,
    locations: HashMap<SourceName, String>,
    measures: Measures,
    counts: AllCounts,
}

#[derive(Clone)]
struct Weight;

impl Weighter<ViewKey, Arc<CachedView>> for Weight {
    fn weight(&self, key: &ViewKey, kept: &Arc<CachedView>) -> u64 {
        key.weight() + kept.weight()
    }
}

impl Views {
    /// Views of what `store` keeps. `locations` holds the locations of the Git sources, which are
    /// in the names of property sources.
    pub(crate) fn new(store: ConfigStore, locations: HashMap<SourceName, String>) -> Self {
        Self {
            cache: Cache::with_weighter(EXPECTED_VIEWS, CACHE_BYTES, Weight),
            files: ParsedFiles::new(store),
            deciphered: DecipheredFiles::new(Ciphers::default()),
            linking: LinkingContents::default(),
            fixed: None,
            locations,
            measures: Measures::default(),
            counts: AllCounts::default(),
        }
    }

    /// Counts into `metrics` from now on.
    pub(crate) fn measure(&mut self, metrics: &Metrics) {
        self.measures = Measures::new(metrics);
    }

    /// Puts the values of a file above all that is served from now on.
    pub(crate) fn override_by(&mut self, fixed: Option<File>) {
        self.fixed = fixed.map(Arc::new);
    }

    /// Decrypts values with `ciphers` from now on.
    pub(crate) fn decipher(&mut self, ciphers: Ciphers) {
        self.deciphered = DecipheredFiles::new(ciphers);
    }

    /// Remembers a file that was just parsed, since it is likely to be read next.
    pub(crate) fn remember(&self, sha256: crate::domain::Sha256, format: Format, file: File) {
        self.files.remember(sha256, format, file);
    }

    /// The configuration `key` at `state`, as a reader gets it.
    pub(crate) async fn read(
        &self,
        state: &State,
        key: &ViewKey,
        subject: &Subject<'_>,
        compute: &Compute,
    ) -> Result<Reading, ReadError> {
        let cached = self.cache.get(key);
        let reading = match &cached {
            Some(kept) if kept.is_current(state, key) => kept.reading(subject),
            Some(_) | None => None,
        };
        let reading = match reading {
            Some(reading) => {
                self.measures.hit();
                reading
            }
            // boxed: a future as large would be moved by every read that is kept
            None => Box::pin(self.make(state, key, subject, cached, compute)).await?,
        };
        reading.count(subject);
        self.measures.split(reading.splits(), subject);
        Ok(reading)
    }

    /// Renders the view for a reader's arms, reusing what was cached if it is still the same.
    async fn make(
        &self,
        state: &State,
        key: &ViewKey,
        subject: &Subject<'_>,
        cached: Option<Arc<CachedView>>,
        compute: &Compute,
    ) -> Result<Reading, ReadError> {
        let began = self.measures.miss();
        let kept = self.current(state, key, cached)?;
        let arms = kept.arms(subject);
        let (view, _) = self.form(state, key, &kept, &arms, compute).await?;
        self.measures.made(key, &view.basis, began);
        Ok(kept.reading_of(arms, view))
    }

    /// What is cached of a view, at a state.
    fn current(
        &self,
        state: &State,
        key: &ViewKey,
        cached: Option<Arc<CachedView>>,
    ) -> Result<Arc<CachedView>, ReadRefused> {
        Ok(match cached {
            Some(kept) if kept.is_current(state, key) => kept,
            other => {
                let scope = Scope::of(state, key)?;
                let counts = self.counts.of_view(state, scope.splits());
                Arc::new(match other {
                    Some(kept) => kept.moved_to(scope, counts),
                    None => CachedView::new(scope, counts),
                })
            }
        })
    }

    /// Renders a view for some arms, and caches it. Gives it, and what is cached then.
    async fn form(
        &self,
        state: &State,
        key: &ViewKey,
        kept: &CachedView,
        arms: &Arms,
        compute: &Compute,
    ) -> Result<(Arc<View>, Arc<CachedView>), ReadError> {
        let mut basis = basis(state, key, kept.scope(), arms)?;
        weight::check_contents(&basis)?;
        let read = linked::Read {
            state,
            key,
            scope: kept.scope(),
            arms,
        };
        let followed = (self.linking).follow(read, &mut basis, &self.files, compute);
        let placing = followed.await?;
        let rendered = match kept.rendered(&basis) {
            Some(rendered) => rendered,
            None => Arc::new(self.render(&basis, placing, key, compute).await?),
        };
        let view = Arc::new(View::new(basis, rendered));
        let with = Arc::new(kept.with(arms, &view));
        self.cache.insert(key.clone(), with.clone());
        Ok((view, with))
    }

    /// The reads that a split concerned.
    pub(crate) fn reads_of(&self, id: &SplitId) -> SplitReads {
        self.counts.of(id)
    }

    /// Counts reads that a split concerned and that others answered.
    pub(crate) fn add_reads(&self, id: &str, reads: SplitReads, cells: &[u32]) {
        self.counts.add(id, reads, cells);
    }

    /// Counts reads that others answered and that did not say what splits tell apart.
    pub(crate) fn add_keyless(&self, instance: u64, subject: u64) {
        self.measures.without(instance, subject);
    }

    /// The keys that have read what a split concerns.
    pub(crate) fn keys_of(&self, split: &Split) -> Option<SeenCells> {
        self.counts.keys_of(split)
    }

    /// Checks that splitting a change set gives no recently read view more than [`MAX_SPLITS`]
    /// splits.
    pub(crate) fn check_crowded(&self, state: &State, change: &ChangeSet) -> Result<(), Refused> {
        for (key, _) in self.cache.iter() {
            let Ok(scope) = Scope::of(state, &key) else {
                continue;
            };
            if scope.splits().len() >= MAX_SPLITS && key.concerns(state, change) {
                let by = scope.splits().iter().map(|split| split.id.clone());
                return Err(Refused::ViewCrowded {
                    view: key.to_string(),
                    by: by.collect(),
                });
            }
        }
        Ok(())
    }

    async fn render(
        &self,
        basis: &crate::domain::Basis,
        placing: Option<Placing>,
        key: &ViewKey,
        compute: &Compute,
    ) -> Result<Rendered, ReadError> {
        weight::check_contents(basis)?;
        let mut files = Vec::with_capacity(basis.overrides.len() + basis.entries.len());
        let mut weight = Weighed::default();
        for set in &basis.overrides {
            // small enough to be read here
            let file = Arc::new(set.values.file().map_err(ReadError::Parse)?);
            let content = (set.values.sha256(), Format::Json);
            let deciphered = &self.deciphered;
            let file = deciphered.get(compute, &set.path(), content, file).await?;
            weight.add(&file)?;
            files.push(file);
        }
        for entry in &basis.entries {
            let label = &basis.labels[entry.label].name;
            let (sha256, format) = (entry.content.sha256, entry.format);
            let file = self.files.get(compute, label, &entry.path, sha256, format);
            let content = (sha256, format);
            let deciphered = &self.deciphered;
            let file = deciphered.get(compute, entry.path.as_str(), content, file.await?);
            let file = file.await?;
            weight.add(&file)?;
            files.push(file);
        }
        let fixed = self.fixed.clone();
        let locations = &self.locations;
        Ok(Rendered::new(basis, files, placing, fixed, key, locations))
    }

    /// The content of a document as it is stored.
    pub(crate) async fn content(
        &self,
        label: &Label,
        path: &Path,
        sha256: &crate::domain::Sha256,
    ) -> Result<bytes::Bytes, ReadError> {
        self.files.content(label, path, sha256).await
    }

    /// The parsed content of a document.
    pub(crate) async fn file(
        &self,
        label: &Label,
        path: &Path,
        sha256: crate::domain::Sha256,
        format: Format,
        compute: &Compute,
    ) -> Result<Arc<File>, ReadError> {
        self.files.get(compute, label, path, sha256, format).await
    }

    /// Parses a content that is likely to be read next.
    pub(crate) async fn parse(
        &self,
        sha256: crate::domain::Sha256,
        format: Format,
        content: bytes::Bytes,
        compute: &Compute,
    ) -> Result<(), Unparsed> {
        let parsed = self.files.parse(compute, (sha256, format), content);
        parsed.await.map(|_file| ())
    }

    /// Names the documents that were found damaged.
    pub(crate) fn damaged(&self) -> Option<String> {
        self.files.damaged()
    }
}
