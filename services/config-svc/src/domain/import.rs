//! Plans the changes of a source's commit, and checks whether they are allowed.

use std::collections::HashSet;

use vortex_spring::Format;

use super::{Content, Defect, Document, DocumentWrite, LabelState, Path};

/// A file of a source.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    pub path: Path,
    /// Its content; absent if the commit deleted it.
    pub content: Content,
}

/// The plan for a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ImportPlan {
    /// Write these documents.
    Import(Vec<DocumentWrite>),
    /// The whole commit is refused, since it makes a file invalid.
    Invalid {
        /// The file.
        path: Path,
        /// The file's defect.
        defect: Defect,
    },
    /// An operator has to approve the commit: it is the label's first, and would replace or remove
    /// documents that were written through the API.
    TakesOver {
        /// How many documents there are.
        documents: usize,
    },
    /// An operator has to approve the commit: it removes more than half of the label's documents.
    Shrinks {
        /// How many documents it removes.
        removed: usize,
        /// How many documents there are.
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

/// How the files of a commit are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The files are those that the commit touched. They are compared with the last import.
    Touched,
    /// The files are all that the commit has; other documents are deleted. They are compared with
    /// the last import.
    Whole,
    /// The files are all that the commit has; other documents are deleted. They are compared with
    /// what is stable.
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

/// Plans what `files` change on a label. With `approved`, the commit may take over or remove
/// documents that would otherwise need an operator's approval.
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
    // one of a file that is no configuration fails nobody who does not ask for it
    let format = Format::from_path(file.path.as_str());
    if format.is_none_or(|format| format == Format::Json) {
        return None;
    }
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
