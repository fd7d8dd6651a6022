//! Labels: the sets of documents that are read together.

use super::{Document, Path, Seq, SourceName, VersionName};
use imbl::OrdMap;
use jiff::Timestamp;
use std::sync::Arc;

/// The documents of a label.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelState {
    pub documents: OrdMap<Path, Arc<Document>>,
    /// The position of the last change of what is served, so that readers can tell
    /// at a glance that nothing did: also of a label that went and came back.
    pub generation: u64,
    /// The source that feeds the label, if one does.
    pub feed: Option<Feed>,
    /// The source that fed the label until it was detached, if one did.
    pub detached: Option<SourceName>,
}

/// The source that feeds a label, and what it imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    pub source: SourceName,
    /// The commit that was imported last.
    pub imported: VersionName,
    /// When that was.
    pub imported_at: Timestamp,
    /// The commit that is served. None while nothing was released.
    pub served: Option<VersionName>,
    /// The change set that is to be rolled out, until a rollout takes it up. The next
    /// import takes its place.
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

    /// Whether readers get a document that is not part of a canary.
    pub fn is_served(&self, path: &Path) -> bool {
        let document = self.documents.get(path);
        document.is_some_and(|document| document.served().is_some())
    }

    /// Whether any document is served.
    pub fn serves_any(&self) -> bool {
        self.documents.values().any(|d| d.served().is_some())
    }

    /// How many documents are served.
    pub fn served_documents(&self) -> usize {
        self.documents
            .values()
            .filter(|document| document.served().is_some())
            .count()
    }
}
