//! Reads the branches, tags and files of a Git repository.
//!
//! A repository on this machine is read where it is; one behind a URL is mirrored into a folder,
//! which serves the last state while the remote is away. Neither needs a `git` program. All calls
//! block; a [`Repository`] is shared between threads by reference.
//!
//! Readers name commits by their id, so a push between two calls never mixes two states.

mod blob;
mod changes;
mod commit;
mod error;
mod fetch;
mod files;
mod history;
mod id;
mod label;
mod location;
mod mirror;
mod object;
mod open;
mod refresh;
mod repository;
mod tree;

pub use changes::{Change, ChangeKind, Changes};
pub use commit::Commit;
pub use error::{Error, Refusal, RepositoryFault, Result, UnreachableReason};
pub use files::{FileKind, FileRef, Files, MAX_FILES};
pub use history::History;
pub use id::{BlobId, CommitId, ParseIdError};
pub use label::{Doubt, Label, LabelKind, Labels, UnreadableLabel, UnreadableReason};
pub use location::{Location, ParseLocationError};
pub use repository::Repository;
pub use tree::{SkipReason, Skipped};
