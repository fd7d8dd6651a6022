//! Reads commits of a repository into what the domain imports. Blocking.

use crate::{
    configuration::Configuration,
    domain::{Content, Label, LabelState, Path, Sha256, SourceFile, VersionName},
};
use bytes::Bytes;
use std::sync::Arc;
use vortex_git::{Change, ChangeKind, Commit, CommitId, FileRef, History, Repository, Skipped};

/// The most commits that are imported one by one after a poll; more become one change set.
const MAX_COMMITS: usize = 1000;
/// The most bytes that one import may hold in memory.
const MAX_IMPORT_BYTES: u64 = 512 << 20;

#[derive(Clone)]
pub(super) struct ReadCommit {
    pub(super) id: VersionName,
    pub(super) commit: CommitId,
    pub(super) author: String,
    pub(super) message: String,
    pub(super) files: Vec<SourceFile>,
    pub(super) contents: Vec<(Sha256, Bytes)>,
    /// Whether the files are all that the commit has, or only those that it touched.
    pub(super) complete: bool,
    /// Entries of the commit that cannot be served.
    pub(super) skipped: Vec<(String, String)>,
}

/// Why a commit could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadCommitError {
    #[error(transparent)]
    Git(#[from] vortex_git::Error),
    #[error("a commit of {0} bytes is over the {MAX_IMPORT_BYTES} that can be imported at once")]
    TooLarge(u64),
}

/// The commits from the imported one to the newest, oldest first. Only the newest if the way to it
/// is not known.
pub(super) fn commits_to_import(
    repository: &Repository,
    imported: Option<CommitId>,
    newest: CommitId,
) -> Result<Vec<(Commit, bool)>, vortex_git::Error> {
    if let Some(imported) = imported
        && let History::Linear(commits) = repository.history(imported, newest, MAX_COMMITS)?
    {
        return Ok(commits.into_iter().map(|commit| (commit, false)).collect());
    }
    Ok(vec![(repository.commit(newest)?, true)])
}

/// Reads a commit: its changes since `base`, or everything.
pub(super) fn read_commit(
    configuration: &Configuration,
    repository: &Repository,
    label: &Label,
    base: Option<CommitId>,
    commit: &Commit,
) -> Result<ReadCommit, ReadCommitError> {
    let state = Arc::clone(&configuration.state());
    let mut read = ReadCommit {
        id: VersionName::trusted(&commit.id.to_string()),
        commit: commit.id,
        author: format!("{} <{}>", commit.author, commit.email),
        message: commit.message.trim_end().to_owned(),
        files: Vec::new(),
        contents: Vec::new(),
        complete: base.is_none(),
        skipped: Vec::new(),
    };
    let mut reader = FileReader {
        configuration,
        repository,
        label: state.labels.get(label),
        read: &mut read,
        bytes: 0,
    };
    match base {
        Some(base) => {
            let changes = repository.changes(base, commit.id)?;
            reader.skip(changes.skipped);
            changes
                .changes
                .into_iter()
                .try_for_each(|c| reader.change(c))?;
        }
        None => {
            let files = repository.files(commit.id)?;
            reader.skip(files.skipped);
            files
                .files
                .into_iter()
                .try_for_each(|file| reader.file(&file))?;
        }
    }
    Ok(read)
}

struct FileReader<'a> {
    configuration: &'a Configuration,
    repository: &'a Repository,
    /// The label as it is.
    label: Option<&'a LabelState>,
    read: &'a mut ReadCommit,
    bytes: u64,
}

impl FileReader<'_> {
    fn skip(&mut self, skipped: Vec<Skipped>) {
        let listed = skipped.into_iter().map(|s| (s.path, s.reason.to_string()));
        self.read.skipped.extend(listed);
    }

    fn change(&mut self, change: Change) -> Result<(), ReadCommitError> {
        match change.kind {
            ChangeKind::Added(file) | ChangeKind::Modified(file) => self.file(&file),
            ChangeKind::Deleted => {
                if let Some(path) = self.path(&change.path) {
                    let content = Content::Absent;
                    self.read.files.push(SourceFile { path, content });
                }
                Ok(())
            }
        }
    }

    fn file(&mut self, file: &FileRef) -> Result<(), ReadCommitError> {
        let Some(path) = self.path(&file.path) else {
            return Ok(());
        };
        let limit = crate::domain::MAX_DOCUMENT_BYTES as u64;
        if file.size > limit {
            let content = Content::Oversized { size: file.size };
            self.read.files.push(SourceFile { path, content });
            return Ok(());
        }
        self.bytes += file.size;
        if self.bytes > MAX_IMPORT_BYTES {
            return Err(ReadCommitError::TooLarge(self.bytes));
        }
        let bytes = self.repository.read(file.blob, limit)?;
        let content = match self.known(&path, &bytes) {
            Some(known) => known,
            None => {
                let checked = self.configuration.check_source_file(&path, bytes);
                self.read.contents.push(checked.bytes);
                checked.content
            }
        };
        self.read.files.push(SourceFile { path, content });
        Ok(())
    }

    /// The stable version's content if the file has the same bytes: those are stored and were
    /// parsed before.
    fn known(&self, path: &Path, bytes: &[u8]) -> Option<Content> {
        let stable = self.label?.documents.get(path)?.stable_version()?;
        let stored = stable.content.stored()?;
        let same = stored.size as usize == bytes.len() && stored.sha256 == Sha256::of(bytes);
        same.then(|| stable.content.clone())
    }

    /// The path, if readers can ask for it.
    fn path(&mut self, path: &str) -> Option<Path> {
        match path.parse() {
            Ok(path) => Some(path),
            Err(invalid) => {
                self.read
                    .skipped
                    .push((path.to_owned(), invalid.to_string()));
                None
            }
        }
    }
}
