//! Finds the documents that make up a configuration.

mod change;
mod document;
mod fed;
mod file;
mod overrides;
mod relevance;
mod scope;
mod version;

pub(crate) use change::WantedChanges;
pub(crate) use document::{DocumentKey, check_size, documents, existing_label};
pub(crate) use fed::{check_imported, check_view};
pub(crate) use file::locate;
pub(crate) use overrides::override_owners;
pub(crate) use relevance::{Relevance, is_shared};
pub(crate) use scope::Scope;
pub(crate) use version::{VersionPart, effective_version, version_of_parts, with_overrides};

use std::{fmt, sync::Arc};

use vortex_spring::Format;

use super::{
    App, Arm, Arms, ChangeSet, Content, ContentRef, Defect, Document, Feed, Label, LabelState,
    Override, Path, Profile, Seq, SourceName, State, Version, VersionName, folders,
};

/// Selects a configuration. Of the applications, profiles and labels, the last one takes
/// precedence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ViewKey {
    /// The applications; never empty.
    pub apps: Vec<App>,
    /// The profiles; never empty.
    pub profiles: Vec<Profile>,
    /// The labels; never empty.
    pub labels: Vec<Label>,
}

impl fmt::Display for ViewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let apps: Vec<&str> = self.apps.iter().map(App::as_str).collect();
        let profiles: Vec<&str> = self.profiles.iter().map(Profile::as_str).collect();
        let labels: Vec<&str> = self.labels.iter().map(Label::as_str).collect();
        let [apps, profiles, labels] = [apps, profiles, labels].map(|names| names.join(","));
        write!(f, "{apps}/{profiles}/{labels}")
    }
}

impl ViewKey {
    /// Whether a change set holds a document that the view looks for.
    pub fn concerns(&self, state: &State, change: &ChangeSet) -> bool {
        let labels = self.labels.iter();
        let labels = labels.filter_map(|label| state.label(label.as_str()));
        let mut labels = labels.filter(|(name, _)| **name == change.label);
        labels.any(|(name, label)| {
            let candidates = candidates_on(state, name, label, self);
            let mut documents = change.documents.iter();
            documents.any(|d| candidates.iter().any(|path| path == d.path.as_str()))
        })
    }

    /// About how many bytes it takes as a cache's key and in the cached value.
    pub fn weight(&self) -> u64 {
        let apps = self.apps.iter().map(|app| app.as_str().len());
        let profiles = self.profiles.iter().map(|profile| profile.as_str().len());
        let labels = self.labels.iter().map(|label| label.as_str().len());
        let names = apps
            .chain(profiles)
            .chain(labels)
            .map(|length| 2 * (length + 64));
        names.sum::<usize>() as u64
    }
}

/// The overrides and documents that make a configuration, highest first.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The labels, in the order named.
    pub labels: Vec<BasisLabel>,
    /// The overrides, which are above the documents.
    pub overrides: Vec<Arc<Override>>,
    /// The documents.
    pub entries: Vec<BasisEntry>,
}

/// A label as it stood when the basis was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisLabel {
    /// Its name. It may differ from the one that was asked for: see [`State::label`].
    pub name: Label,
    /// The source that feeds it. `served` is the reader's commit: a canary's is that of its split.
    pub feed: Option<Feed>,
}

impl BasisLabel {
    fn source(&self) -> Option<&SourceName> {
        Some(&self.feed.as_ref()?.source)
    }
}

/// A document that takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BasisEntry {
    /// The index of its label.
    pub label: usize,
    pub path: Path,
    /// The version that is served.
    pub version: VersionName,
    /// Its change set.
    pub seq: Seq,
    pub content: ContentRef,
    /// The format of its content.
    pub format: Format,
}

/// Why a configuration can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadRefused {
    /// The label does not exist.
    #[error("there is no label {0}")]
    LabelNotFound(Label),
    /// The document was never written.
    #[error("there is no document {stem} on label {label}")]
    DocumentNotFound {
        label: Label,
        /// Its name without the extension.
        stem: String,
    },
    /// There is no file at the path.
    #[error("there is no file {path} on label {label}")]
    FileNotFound {
        label: Label,
        /// The path that was asked for.
        path: Path,
    },
    /// The document has no such version.
    #[error("{path} has no version {version}")]
    VersionNotFound {
        /// The document's path.
        path: Path,
        /// The version that was asked for.
        version: String,
    },
    /// The version holds nothing to read.
    #[error("version {version} deleted {path} and has no content")]
    VersionIsDeletion {
        /// The document's path.
        path: Path,
        version: VersionName,
    },
    /// A source was not imported whole yet, and may have the label.
    #[error("label {label} may be fed by source {source_name}, whose first import is not complete")]
    SourceNotImported {
        label: Label,
        source_name: SourceName,
    },
    /// A source has the label, and it could not be imported yet.
    #[error(
        "label {label} of source {source_name} can't be read yet; the source's status says why"
    )]
    LabelUnread {
        label: Label,
        source_name: SourceName,
    },
    /// A document that takes part can't be parsed.
    #[error("{path} of label {label} can't be read: {defect}")]
    DocumentInvalid {
        label: Label,
        path: Path,
        version: VersionName,
        /// Its defect.
        defect: Defect,
    },
    /// A document that takes part is too large to be stored.
    #[error("{path} of label {label} has {size} bytes and is not stored")]
    TooLarge {
        label: Label,
        path: Path,
        /// Its length in bytes.
        size: u64,
    },
}

/// The documents that make the configuration `key` at `state` for readers on these
/// arms of the splits in `scope`, which must be of the same state.
pub(crate) fn basis(
    state: &State,
    key: &ViewKey,
    scope: &Scope,
    arms: &Arms,
) -> Result<Basis, ReadRefused> {
    let labels = labels(state, key)?;
    let mut entries = Vec::new();
    for (index, (name, label)) in labels.iter().enumerate().rev() {
        for path in &candidates_on(state, name, label, key) {
            let Some(document) = label.documents.get(path.as_str()) else {
                continue;
            };
            let arm = arm_of(document, scope, arms);
            if let Some(entry) = entry(index, name, label, document, arm)? {
                entries.push(entry);
            }
        }
    }
    let overrides = overrides::overrides(state, key, labels.iter().map(|(name, _)| *name));
    let labels = labels
        .into_iter()
        .map(|(name, label)| BasisLabel {
            name: name.clone(),
            feed: feed(name, label, scope, arms),
        })
        .collect();
    Ok(Basis {
        labels,
        overrides,
        entries,
    })
}

/// The document at a path of a label, for readers on these arms, if it takes part in a configuration
/// that asks for it. Splits count that concern the configuration without it.
pub(crate) fn entry_at(
    state: &State,
    index: usize,
    label: &Label,
    path: &str,
    scope: &Scope,
    arms: &Arms,
) -> Result<Option<BasisEntry>, ReadRefused> {
    let Some((name, label)) = state.label(label.as_str()) else {
        return Ok(None);
    };
    match label.documents.get(path) {
        Some(document) => entry(index, name, label, document, arm_of(document, scope, arms)),
        None => Ok(None),
    }
}

fn arm_of(document: &Document, scope: &Scope, arms: &Arms) -> Arm {
    let held = document.held.as_ref();
    held.map_or(Arm::Stable, |held| scope.arm_of(&held.by, arms))
}

/// The source that feeds a label, with the commit that a reader on these arms gets: that of the
/// newest split that gives it a canary.
fn feed(name: &Label, label: &LabelState, scope: &Scope, arms: &Arms) -> Option<Feed> {
    let mut feed = label.feed.clone()?;
    let canaries = scope.assigned(arms).filter(|(split, arm)| {
        let is_canary = *arm == Arm::Canary;
        is_canary && split.label == *name
    });
    if let Some((newest, _)) = canaries.max_by_key(|(split, _)| split.change) {
        feed.served = Some(newest.name.clone());
    }
    Some(feed)
}

impl Basis {
    /// Whether the same overrides and documents take part, of the same sources.
    pub fn same_parts(&self, other: &Self) -> bool {
        self.entries == other.entries
            && self.same_overrides(other)
            && self.labels.len() == other.labels.len()
            && self
                .labels
                .iter()
                .zip(&other.labels)
                .all(|(ours, theirs)| ours.name == theirs.name && ours.source() == theirs.source())
    }

    /// The version of the labels: the commits that are served, if sources feed them all, with what
    /// the overrides add to it.
    pub fn commits(&self) -> Option<String> {
        let commits: Option<Vec<&str>> = self
            .labels
            .iter()
            .map(|label| Some(label.feed.as_ref()?.served.as_ref()?.as_str()))
            .collect();
        Some(self.with_overrides(commits?.join(",")))
    }
}

/// The paths of the documents that may take part on a label, highest first.
pub(crate) fn candidates_on(
    state: &State,
    name: &Label,
    label: &LabelState,
    key: &ViewKey,
) -> Vec<String> {
    let folders = folders(state, name, label, key);
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    candidates_in(key, &folders)
}

/// The paths of the documents that may take part on labels without search paths, highest first.
pub(crate) fn candidates(key: &ViewKey) -> Vec<String> {
    candidates_in(key, &[""])
}

fn candidates_in(key: &ViewKey, folders: &[&str]) -> Vec<String> {
    let apps: Vec<&str> = key.apps.iter().map(App::as_str).collect();
    let profiles: Vec<&str> = key.profiles.iter().map(Profile::as_str).collect();
    vortex_spring::candidates_in(&apps, &profiles, folders)
        .iter()
        .flat_map(|candidate| candidate.file_names().collect::<Vec<_>>())
        .collect()
}

fn labels<'a>(
    state: &'a State,
    key: &ViewKey,
) -> Result<Vec<(&'a Label, &'a LabelState)>, ReadRefused> {
    key.labels
        .iter()
        .map(|label| {
            state
                .label(label.as_str())
                .ok_or_else(|| ReadRefused::LabelNotFound(label.clone()))
        })
        .collect()
}

fn entry(
    index: usize,
    name: &Label,
    label: &LabelState,
    document: &Document,
    arm: Arm,
) -> Result<Option<BasisEntry>, ReadRefused> {
    let Some(format) = format_of(label, document) else {
        return Ok(None);
    };
    let Some(version) = version_of(document, arm) else {
        return Ok(None);
    };
    match &version.content {
        Content::Absent => Ok(None),
        Content::Oversized { size } => Err(ReadRefused::TooLarge {
            label: name.clone(),
            path: document.path.clone(),
            size: *size,
        }),
        Content::Present {
            defect: Some(defect),
            ..
        } => Err(ReadRefused::DocumentInvalid {
            label: name.clone(),
            path: document.path.clone(),
            version: version.name.clone(),
            defect: defect.clone(),
        }),
        Content::Present {
            content,
            defect: None,
        } => Ok(Some(BasisEntry {
            label: index,
            path: document.path.clone(),
            version: version.name.clone(),
            seq: version.seq,
            content: *content,
            format,
        })),
    }
}

/// The version of a document for readers on this arm, which may be a deletion.
fn version_of(document: &Document, arm: Arm) -> Option<&Version> {
    match arm {
        Arm::Stable => document.stable_version(),
        Arm::Canary => document.canary_version(),
    }
}

/// The format in which a document is read as configuration. None for a source's `.json`, which is
/// plain text, as in Spring.
pub(super) fn format_of(label: &LabelState, document: &Document) -> Option<Format> {
    let format = Format::from_path(document.path.as_str())?;
    (format != Format::Json || label.feed.is_none()).then_some(format)
}
