//! Labels: the sets of documents that are read together.

use super::{Document, Path, Seq, SourceName, VersionName};
use imbl::OrdMap;
use jiff::Timestamp;
use std::sync::Arc;

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
}

/// The source that feeds a label, and what it imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    pub source: SourceName,
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

    /// How many documents are served.
    pub fn served_documents(&self) -> usize {
        self.documents
            .values()
            .filter(|document| document.served().is_some())
            .count()
    }
}
