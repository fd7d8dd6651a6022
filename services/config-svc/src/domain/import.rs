//! Plans the changes of a source's commit, and whether they are allowed.

use super::{Content, Defect, Document, DocumentWrite, LabelState, Path};
use std::collections::HashSet;

/// A file as a source has it.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    pub path: Path,
    /// What it holds; absent when the commit deleted it.
    pub content: Content,
}

/// What a commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImportPlan {
    /// These documents.
    Import(Vec<DocumentWrite>),
    /// Nothing: the commit makes a file invalid and is refused whole.
    Invalid {
        /// The file.
        path: Path,
        /// What is wrong with it.
        defect: Defect,
    },
    /// Nothing yet: the label has documents written through the API, which its first
    /// import would replace or remove, and an operator has to approve that.
    TakesOver {
        /// Documents there are.
        documents: usize,
    },
    /// Nothing yet: it removes more than half of the label's documents, which an
    /// operator has to approve.
    Shrinks {
        /// Documents it removes.
        removed: usize,
        /// Documents there are.
        of: usize,
    },
}

impl PartialEq for DocumentWrite {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, &self.content, &self.written_for)
            == (&other.path, &other.content, &other.written_for)
    }
}

impl Eq for DocumentWrite {}

/// What the files of a commit are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// They are what the commit touched; with what was imported before it.
    Touched,
    /// They are all there are, and what they lack is deleted; with what was imported
    /// before.
    Whole,
    /// They are all there are, and what they lack is deleted; with what is stable,
    /// whatever was imported.
    WithStable,
}

impl Compared {
    fn before(self, document: &Document) -> &Content {
        let version = match self {
            // a revert says nothing of what a source holds
            Self::Touched | Self::Whole => document.versions.iter().rev().find(|v| !v.revert),
            Self::WithStable => document.stable_version(),
        };
        version.map_or(&Content::Absent, |version| &version.content)
    }
}

/// What `files` change on a label. `approved` lets a commit through that removes more
/// than half.
pub(crate) fn plan_import(
    label: Option<&LabelState>,
    files: Vec<SourceFile>,
    compared: Compared,
    approved: bool,
) -> ImportPlan {
    let empty = LabelState::default();
    let label = label.unwrap_or(&empty);
    let first = label.feed.is_none();
    let mut invalid = files.iter();
    let invalid = invalid.find_map(|file| newly_invalid(label, file, compared));
    if let Some((path, defect)) = invalid
        && !first
    {
        return ImportPlan::Invalid { path, defect };
    }
    if first && !approved {
        let documents = label.served_documents();
        if documents > 0 {
            return ImportPlan::TakesOver { documents };
        }
    }
    let mut writes = match compared {
        Compared::Touched => Vec::new(),
        Compared::Whole | Compared::WithStable => missing(label, &files, compared),
    };
    let changed = |file| changed(label, file, compared);
    writes.extend(files.into_iter().filter_map(changed));
    let before = label.documents.values().map(|d| compared.before(d));
    let of = before.filter(|content| content.exists()).count();
    let removed = writes
        .iter()
        .filter(|write| !write.content.exists())
        .count();
    if removed * 2 > of && !approved {
        return ImportPlan::Shrinks { removed, of };
    }
    ImportPlan::Import(writes)
}

fn newly_invalid(
    label: &LabelState,
    file: &SourceFile,
    compared: Compared,
) -> Option<(Path, Defect)> {
    let Content::Present {
        defect: Some(defect),
        ..
    } = &file.content
    else {
        return None;
    };
    let was_invalid = label.documents.get(&file.path).is_some_and(|d| {
        matches!(
            compared.before(d),
            Content::Present {
                defect: Some(_),
                ..
            }
        )
    });
    (!was_invalid).then(|| (file.path.clone(), defect.clone()))
}

fn missing(label: &LabelState, files: &[SourceFile], compared: Compared) -> Vec<DocumentWrite> {
    let there: HashSet<&Path> = files.iter().map(|file| &file.path).collect();
    label
        .documents
        .values()
        .filter(|document| compared.before(document).exists() && !there.contains(&document.path))
        .map(|document| DocumentWrite {
            path: document.path.clone(),
            content: Content::Absent,
            written_for: None,
        })
        .collect()
}

fn changed(label: &LabelState, file: SourceFile, compared: Compared) -> Option<DocumentWrite> {
    let document = label.documents.get(&file.path);
    let before = document.map_or(&Content::Absent, |document| compared.before(document));
    (!before.same_bytes(&file.content)).then_some(DocumentWrite {
        path: file.path,
        content: file.content,
        written_for: None,
    })
}
