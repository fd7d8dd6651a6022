//! Plans what a source's commit changes, and whether it may.

use super::{Content, Defect, Document, DocumentWrite, LabelState, Path};
use std::{collections::HashSet, sync::Arc};

/// A file as a source has it.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Its path.
    pub path: Path,
    /// What it holds; absent when the commit deleted it.
    pub content: Content,
}

/// What a commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportPlan {
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

/// What `files` change on a label.
///
/// `complete` says that they are all there are, so that what they lack is
/// deleted; otherwise they are what a commit touched. `approved` lets a commit
/// through that removes more than half.
pub fn plan_import(
    label: Option<&LabelState>,
    files: Vec<SourceFile>,
    complete: bool,
    approved: bool,
) -> ImportPlan {
    let empty = LabelState::default();
    let label = label.unwrap_or(&empty);
    let first = label.feed.is_none();
    if let Some((path, defect)) = files.iter().find_map(|file| newly_invalid(label, file))
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
    let mut writes = if complete {
        missing(label, &files)
    } else {
        Vec::new()
    };
    writes.extend(files.into_iter().filter_map(|file| changed(label, file)));
    let of = label
        .documents
        .values()
        .filter(|d| latest(d).exists())
        .count();
    let removed = writes
        .iter()
        .filter(|write| !write.content.exists())
        .count();
    if removed * 2 > of && !approved {
        return ImportPlan::Shrinks { removed, of };
    }
    ImportPlan::Import(writes)
}

/// What was imported last of a document, whether it was released or not.
fn latest(document: &Arc<Document>) -> &Content {
    let imported = document.versions.iter().rev().find(|v| !v.revert);
    imported.map_or(&Content::Absent, |version| &version.content)
}

fn newly_invalid(label: &LabelState, file: &SourceFile) -> Option<(Path, Defect)> {
    let Content::Present {
        defect: Some(defect),
        ..
    } = &file.content
    else {
        return None;
    };
    let was_invalid = label.documents.get(&file.path).is_some_and(|d| {
        matches!(
            latest(d),
            Content::Present {
                defect: Some(_),
                ..
            }
        )
    });
    (!was_invalid).then(|| (file.path.clone(), defect.clone()))
}

fn missing(label: &LabelState, files: &[SourceFile]) -> Vec<DocumentWrite> {
    let there: HashSet<&Path> = files.iter().map(|file| &file.path).collect();
    label
        .documents
        .values()
        .filter(|document| latest(document).exists() && !there.contains(&document.path))
        .map(|document| DocumentWrite {
            path: document.path.clone(),
            content: Content::Absent,
            written_for: None,
        })
        .collect()
}

fn changed(label: &LabelState, file: SourceFile) -> Option<DocumentWrite> {
    let before = label
        .documents
        .get(&file.path)
        .map_or(&Content::Absent, latest);
    (!before.same_bytes(&file.content)).then_some(DocumentWrite {
        path: file.path,
        content: file.content,
        written_for: None,
    })
}
