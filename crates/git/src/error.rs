//! The errors of this crate: one variant per fact.

mod cause;
mod reason;

pub(crate) use cause::Cause;
pub use reason::{Refusal, RepositoryFault, UnreachableReason};

use std::{io, path::PathBuf};

use crate::{BlobId, CommitId, Location};

/// The result of reading a repository.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a repository could not be read. No message shows credentials, and none the wording of the
/// libraries below: that is for developers, in `Debug`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing at the path, or not a repository, or it was removed since it was opened.
    #[error("there is no Git repository at {0}")]
    RepositoryMissing(Location),
    /// The repository is there, and its own files (configuration, references) do not read.
    #[error("the Git repository at {location} cannot be read: {why}")]
    RepositoryUnreadable {
        /// Which repository.
        location: Location,
        /// What is wrong with it.
        why: RepositoryFault,
    },
    /// A remote did not answer, or answered with something that is not Git.
    #[error("{location} cannot be reached: {why}")]
    Unreachable {
        /// Which remote.
        location: Location,
        /// What stands in the way.
        why: UnreachableReason,
    },
    /// A remote wants credentials, or refused those in the URL.
    #[error("{location} refuses access: {why}")]
    AccessRefused {
        /// Which remote.
        location: Location,
        /// What it wants.
        why: Refusal,
    },
    /// This kind of location needs a program that is not installed.
    #[error("reading {location} needs the program `{program}`, which is not in PATH")]
    ProgramMissing {
        /// The program's name.
        program: &'static str,
        /// Which remote.
        location: Location,
    },
    /// No certificate authorities are installed, nor named by `SSL_CERT_FILE`, to know an HTTPS server by.
    #[error("reading {0} needs the certificates of trusted authorities, and none are installed")]
    CertificatesMissing(Location),
    /// A refresh did not end within its limit; the last state is kept.
    #[error("{0} did not answer in time")]
    TimedOut(Location),
    /// A refresh was told to stop; the last state is kept.
    #[error("reading {0} was interrupted")]
    Interrupted(Location),
    /// An earlier refresh that timed out or was interrupted has not let go of the mirror yet.
    #[error("an earlier refresh of {0} is still winding down")]
    Busy(Location),
    /// The folder for the mirror holds something that is not a mirror; it was left alone.
    #[error("{} is not empty and does not hold a mirror made by Vortex", .0.display())]
    FolderForeign(PathBuf),
    /// The folder for the mirror cannot be made, read or written.
    #[error("the mirror in {} cannot be used: {source}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No such commit here: never seen, or dropped after a force-push.
    #[error("there is no commit {0}")]
    CommitMissing(CommitId),
    /// No such content here.
    #[error("there is no file content {0}")]
    BlobMissing(BlobId),
    /// An object that a commit refers to is absent, which breaks that commit.
    #[error("commit {commit} is incomplete: the object {object} is absent")]
    CommitIncomplete {
        /// The commit that was read.
        commit: CommitId,
        /// The absent object.
        object: String,
    },
    /// An object is there and does not read.
    #[error("the object {object} is damaged")]
    ObjectDamaged {
        /// The object.
        object: String,
        /// What is wrong with it, for developers.
        cause: Cause,
    },
    /// The content is larger than the caller accepts; none of it was loaded.
    #[error("file content {blob} has {size} bytes, more than the {limit} allowed")]
    BlobTooLarge {
        /// The content.
        blob: BlobId,
        /// Its size in bytes.
        size: u64,
        /// The limit given, in bytes.
        limit: u64,
    },
    /// A commit has more files and folders than [`MAX_FILES`](crate::MAX_FILES).
    #[error("commit {commit} has more than {limit} files and folders")]
    TooManyFiles {
        /// The commit.
        commit: CommitId,
        /// The limit.
        limit: usize,
    },
}
