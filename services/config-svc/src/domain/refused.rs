//! Why a command is refused. Nothing has happened then.

use super::{Label, MAX_DOCUMENT_BYTES, Path, RequestId, SourceName, VersionName};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The label belongs to a source.
    #[error("label {label} is fed by source {source_name}: change it there")]
    FedBySource {
        /// The label.
        label: Label,
        /// The source that feeds it.
        source_name: SourceName,
    },
    /// The label has no such name.
    #[error("there is no label {0}")]
    LabelNotFound(Label),
    /// The document does not exist, or is deleted.
    #[error("there is no document {path} on label {label}")]
    DocumentNotFound {
        /// The label.
        label: Label,
        /// The path.
        path: Path,
    },
    /// No change set of this name is kept.
    #[error("there is no change set {name} on label {label}")]
    ChangeNotFound {
        /// The label.
        label: Label,
        /// The name.
        name: VersionName,
    },
    /// Another document of the same stem is there.
    #[error("{path} would stand beside {other}, which is written for {owner}")]
    Ambiguous {
        /// The path that was to be written.
        path: Path,
        /// The path that is there.
        other: Path,
        /// What that one is written for.
        owner: String,
    },
    /// The name is taken by another content.
    #[error("version {name} of {path} exists with other content")]
    VersionExists {
        /// The name.
        name: VersionName,
        /// The path.
        path: Path,
    },
    /// The stable version is not the one the caller saw.
    #[error("the stable version of {path} is not the one named: {found}")]
    PreconditionFailed {
        /// The path.
        path: Path,
        /// What is there.
        found: String,
    },
    /// A request id was used for something else.
    #[error("request id {0} was used for another request")]
    RequestIdReused(RequestId),
    /// A released change set can't be given up.
    #[error("change set {name} was released; release another one instead")]
    ChangeReleased {
        /// The name.
        name: VersionName,
    },
    /// A discarded change set can't be released.
    #[error("change set {name} was discarded; write it again")]
    ChangeDiscarded {
        /// The name.
        name: VersionName,
    },
    /// One path twice in a change set.
    #[error("{0} is named twice")]
    DuplicatePath(Path),
    /// A change set of nothing.
    #[error("a change set needs at least one document")]
    NoDocuments,
    /// A document over the limit.
    #[error("{path} has {bytes} bytes, {MAX_DOCUMENT_BYTES} at most are allowed")]
    TooLarge {
        /// The path.
        path: Path,
        /// Its length.
        bytes: u64,
    },
}
