//! The files of a commit.

use crate::{BlobId, CommitId, Error, Repository, Result, Skipped, object, tree::Entry};

/// The most files and folders of one commit that are listed.
pub const MAX_FILES: usize = 200_000;

/// The contents of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    /// The files, by path.
    pub files: Vec<FileRef>,
    /// What is not served as a file, by path.
    pub skipped: Vec<Skipped>,
}

/// A file of a commit, its content not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// The path from the top of the repository, with slashes; never absolute, never with `..`.
    pub path: String,
    /// Its content, for [`Repository::read`].
    pub blob: BlobId,
    /// The size of the content in bytes.
    pub size: u64,
    /// What kind of file it is.
    pub kind: FileKind,
}

/// The kinds of files that have content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A plain file.
    Regular,
    /// A file marked as a program.
    Executable,
    /// Reached through a symbolic link; content and size are those of the file it leads to.
    Link,
}

impl Repository {
    /// Every file of the commit. No content is read, so this costs the same for files of any size.
    ///
    /// Symbolic links are followed inside the commit; those to folders one deep. Fails with
    /// [`Error::TooManyFiles`] beyond [`MAX_FILES`].
    pub fn files(&self, commit: CommitId) -> Result<Files> {
        let store = self.store();
        let tree = self.tree(&store, commit, MAX_FILES)?;
        let files = tree
            .files
            .into_iter()
            .map(|(path, entry)| self.file(&store, commit, path, entry));
        Ok(Files {
            files: files.collect::<Result<_>>()?,
            skipped: tree.skipped,
        })
    }

    pub(crate) fn file(
        &self,
        store: &gix::Repository,
        commit: CommitId,
        path: String,
        entry: Entry,
    ) -> Result<FileRef> {
        let Entry { blob, kind } = entry;
        match self.noting(object::header(store, blob))? {
            Some(header) => Ok(FileRef {
                path,
                blob: BlobId::new(blob),
                size: header.size(),
                kind,
            }),
            None => Err(self.absent(
                store,
                Error::CommitIncomplete {
                    commit,
                    object: blob.to_string(),
                },
            )),
        }
    }
}
