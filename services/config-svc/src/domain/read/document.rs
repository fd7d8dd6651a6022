//! Single documents: finds the one of an application and profile, the path to write to, and the
//! version to read.

use std::{cmp::Ordering, ops::Bound};

use super::super::{
    AppProfile, Content, ContentRef, Document, InvalidName, Label, MAX_DOCUMENT_BYTES, MediaType,
    Path, Refused, SourceName, State, Version,
};
use super::{ReadRefused, check_imported};

/// The document of an application and profile on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocumentKey {
    pub label: Label,
    /// The application and profile.
    pub written_for: AppProfile,
}

impl DocumentKey {
    /// The path to write to: that of the served document if it has the same media type, whatever
    /// its extension.
    pub(crate) fn put_path(
        &self,
        state: &State,
        media_type: Option<MediaType>,
    ) -> Result<Path, InvalidName> {
        if let Some(document) = self.find(state).filter(|d| d.served().is_some()) {
            let there = MediaType::from_path(document.path.as_str());
            if media_type.is_none() || media_type == there {
                return Ok(document.path.clone());
            }
        }
        self.path(media_type.unwrap_or(MediaType::Yaml))
    }

    /// The path to delete: that of the document that is or was served.
    pub(crate) fn delete_path(&self, state: &State) -> Result<Path, InvalidName> {
        match self.find(state) {
            Some(document) => Ok(document.path.clone()),
            None => self.path(MediaType::Yaml),
        }
    }

    /// The document, or why it can't be read. `sources` are those that are configured.
    pub(crate) fn existing<'a, 's>(
        &self,
        state: &'a State,
        sources: impl IntoIterator<Item = &'s SourceName>,
    ) -> Result<&'a Document, ReadRefused> {
        existing_label(state, &self.label, sources)?;
        self.find(state).ok_or_else(|| self.not_found())
    }

    /// The version of this name, or the served one if the name is empty.
    pub(crate) fn version<'a>(
        &self,
        document: &'a Document,
        name: &str,
    ) -> Result<&'a Version, ReadRefused> {
        if name.is_empty() {
            return document.served().ok_or_else(|| self.not_found());
        }
        let found = document.named(name);
        found.ok_or_else(|| ReadRefused::VersionNotFound {
            path: document.path.clone(),
            version: name.to_owned(),
        })
    }

    fn find<'a>(&self, state: &'a State) -> Option<&'a Document> {
        state.document_of(self.label.as_str(), &self.written_for)
    }

    fn path(&self, media_type: MediaType) -> Result<Path, InvalidName> {
        format!("{}{}", self.written_for.stem(), media_type.extension()).parse()
    }

    fn not_found(&self) -> ReadRefused {
        ReadRefused::DocumentNotFound {
            label: self.label.clone(),
            stem: self.written_for.stem(),
        }
    }
}

impl Version {
    /// The content of this version of `path` on `label`, or why it has none that can be read.
    pub fn readable(&self, label: &Label, path: &Path) -> Result<&ContentRef, ReadRefused> {
        match &self.content {
            Content::Present {
                defect: Some(defect),
                ..
            } if defect.is_stand_in() => Err(ReadRefused::DocumentInvalid {
                label: label.clone(),
                path: path.clone(),
                version: self.name.clone(),
                defect: defect.clone(),
            }),
            Content::Present { content, .. } => Ok(content),
            Content::Oversized { size } => Err(ReadRefused::TooLarge {
                label: label.clone(),
                path: path.clone(),
                size: *size,
            }),
            Content::Absent => Err(ReadRefused::VersionIsDeletion {
                path: path.clone(),
                version: self.name.clone(),
            }),
        }
    }
}

/// The label that readers mean by `label`, or why it can't be read. `sources` are those that are
/// configured.
pub(crate) fn existing_label<'a, 's>(
    state: &'a State,
    label: &Label,
    sources: impl IntoIterator<Item = &'s SourceName>,
) -> Result<&'a Label, ReadRefused> {
    check_imported(state, label, sources)?;
    let found = state.label(label.as_str()).map(|(name, _)| name);
    found.ok_or_else(|| ReadRefused::LabelNotFound(label.clone()))
}

/// Checks that a document is not too large to be written.
pub(crate) fn check_size(path: &Path, bytes: usize) -> Result<(), Refused> {
    match bytes <= MAX_DOCUMENT_BYTES {
        true => Ok(()),
        false => Err(Refused::TooLarge {
            path: path.clone(),
            bytes: bytes as u64,
        }),
    }
}

/// The documents after the label and path `after`, sorted by label and path. `on` and `app`
/// restrict them to a label and an application.
pub(crate) fn documents<'a>(
    state: &'a State,
    on: Option<&'a Label>,
    app: &'a str,
    after: Option<[String; 2]>,
) -> impl Iterator<Item = (&'a Label, &'a Document)> {
    let [start_label, start_path] = after.unwrap_or_default();
    let is_wanted = move |name: &Label| on.is_none_or(|wanted| wanted == name);
    let labels = state.labels.iter().filter(move |(name, _)| is_wanted(name));
    labels
        .filter_map(move |(name, label)| {
            let start = match name.as_str().cmp(&start_label) {
                Ordering::Less => return None,
                Ordering::Equal => Bound::Excluded(start_path.as_str()),
                Ordering::Greater => Bound::Unbounded,
            };
            let documents = label.documents.range::<_, str>((start, Bound::Unbounded));
            Some(documents.map(move |(_, document)| (name, document.as_ref())))
        })
        .flatten()
        .filter(|(_, document)| belongs(document, app))
}

/// Whether a document belongs to an application: it was written for it, or is named for it.
fn belongs(document: &Document, app: &str) -> bool {
    let owner = document.written_for.as_ref();
    let owner = owner.map(|owner| owner.app.as_str());
    app.is_empty() || vortex_names::is_of(document.path.as_str(), owner, app)
}
