//! Labels: the sets of documents that are read together.

use std::sync::Arc;

use imbl::OrdMap;
use jiff::Timestamp;

use super::{
    AppProfile, ClusterId, Document, LabelPast, Path, Profile, Seq, SourceName, VersionName,
};

/// The documents of a label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelState {
    pub documents: OrdMap<Path, Arc<Document>>,
    /// The position of the last record that changed what readers get. While it stays the same,
    /// nothing has changed, even if the label was removed and came back.
    pub generation: u64,
    /// The source that feeds the label, if there is one.
    pub feed: Option<Feed>,
    /// The source that fed the label until it was detached, if there was one.
    pub detached: Option<SourceName>,
    /// What readers got of it beside its documents, as far as it is remembered.
    pub past: Arc<LabelPast>,
}

/// The source that feeds a label, and what it imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    pub source: SourceName,
    /// The cluster whose source it is. All of the label is that cluster's.
    pub cluster: ClusterId,
    /// The commit that was imported last.
    pub imported: VersionName,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// The commit that is served. None before the first release.
    pub served: Option<VersionName>,
    /// The change set that waits for a rollout. The next import replaces it.
    pub awaiting: Option<Seq>,
}

impl LabelState {
    /// The documents of a stem, whatever their extension.
    pub(super) fn of_stem<'a, 'b>(
        &'a self,
        stem: &'b str,
    ) -> impl Iterator<Item = &'a Document> + use<'a, 'b> {
        vortex_spring::Format::EXTENSIONS
            .iter()
            .filter_map(move |extension| self.documents.get(format!("{stem}.{extension}").as_str()))
            .map(AsRef::as_ref)
    }

    /// Whether readers of stable get a document.
    pub fn is_served(&self, path: &Path) -> bool {
        let document = self.documents.get(path);
        document.is_some_and(|document| document.served().is_some())
    }

    /// Whether any document is served.
    pub fn serves_any(&self) -> bool {
        self.documents.values().any(|d| d.served().is_some())
    }

    /// The application and profile that a document is read by: those it was written for. Of a
    /// change set's document only the name says it, `orders-dev.yml`: its application is the
    /// longest one that has a document of its own, and `application`; else the whole name is one.
    ///
    /// None for files of a source: their names do not say where the application ends.
    pub fn read_by(&self, document: &Document) -> Option<AppProfile> {
        if document.written_for.is_some() {
            return document.written_for.clone();
        }
        if self.feed.is_some() {
            return None;
        }
        let stem = document.path.stem();
        let is_app = |app: &str| app == "application" || self.of_stem(app).next().is_some();
        let dashes = stem.rmatch_indices('-').map(|(dash, _)| dash);
        let mut splits = dashes.map(|dash| (&stem[..dash], &stem[dash + 1..]));
        let split = splits.find(|(app, profile)| !profile.is_empty() && is_app(app));
        let (app, profile) = split.unwrap_or((stem, Profile::DEFAULT));
        Some(AppProfile {
            app: app.parse().ok()?,
            profile: profile.parse().ok()?,
        })
    }

    /// How many documents are served.
    pub fn served_documents(&self) -> usize {
        self.documents
            .values()
            .filter(|document| document.served().is_some())
            .count()
    }
}
