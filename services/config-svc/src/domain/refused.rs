//! Why a command is refused. A refused command changes nothing.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_access::{CannotRotate, KeyId, Name};
use vortex_bucket::Share;

use super::{
    AppProfile, ClusterId, Ending, Freeze, Label, MAX_DOCUMENT_BYTES, MAX_FREEZES, MAX_KEYS,
    MAX_OVERRIDES, MAX_OWNED, NotANamespace, OverrideTarget, Path, RequestId, Seq, SourceName,
    SplitId, Thawed, VersionName,
};

/// Why a command is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The label belongs to a source.
    #[error("label {label} is fed by source {source_name}: change it there")]
    FedBySource {
        label: Label,
        /// The source that feeds it.
        source_name: SourceName,
    },
    /// The label does not exist.
    #[error("there is no label {0}")]
    LabelNotFound(Label),
    /// The document does not exist, or is deleted.
    #[error("there is no document {path} on label {label}")]
    DocumentNotFound { label: Label, path: Path },
    /// No change set of this name is kept.
    #[error("there is no change set {name} on label {label}")]
    ChangeNotFound { label: Label, name: VersionName },
    /// Another document has the same stem.
    #[error("{path} would stand beside {other}, which is written for {owner}")]
    Ambiguous {
        /// The path that was to be written.
        path: Path,
        /// The path of the other document.
        other: Path,
        /// The application and profile of the other document.
        owner: String,
    },
    /// The name is taken by a version with other content.
    #[error("version {name} of {path} exists with other content")]
    VersionExists { name: VersionName, path: Path },
    /// The stable version is not the one the caller saw.
    #[error("the stable version of {path} is not the expected one: {found}")]
    PreconditionFailed {
        path: Path,
        /// The digest that is stable.
        found: String,
    },
    /// A request id was used for something else.
    #[error("request id {0} was already used for another request")]
    RequestIdReused(RequestId),
    /// A released change set can't be discarded.
    #[error("change set {name} was released; release another one instead")]
    ChangeReleased { name: VersionName },
    /// A discarded change set can't be released.
    #[error("change set {name} was discarded; write it again")]
    ChangeDiscarded { name: VersionName },
    /// Only a staged change set can be rolled out.
    #[error("change set {name} was released before; stage what it holds under a new name")]
    ChangeNotStaged { name: VersionName },
    /// A path is named twice in a change set.
    #[error("{0} is named twice")]
    DuplicatePath(Path),
    /// The change set has no documents.
    #[error("a change set needs at least one document")]
    NoDocuments,
    /// The document is too large.
    #[error("{path} has {bytes} bytes, at most {MAX_DOCUMENT_BYTES} are allowed")]
    TooLarge {
        path: Path,
        /// Its length in bytes.
        bytes: u64,
    },
    /// No document was written for an application and profile.
    #[error("there is no document {} on label {label}", owner.stem())]
    NoDocumentOf {
        label: Label,
        /// The application and profile.
        owner: AppProfile,
    },
    /// The document has no version of this name.
    #[error("{path} has no version {name}")]
    VersionNotFound { path: Path, name: VersionName },
    /// No change set of the label was written at this position, or it is no longer kept.
    #[error("there is no change set {at} on label {label}")]
    NoChangeAt {
        label: Label,
        /// The position.
        at: Seq,
    },
    /// No reader gets any of the documents yet.
    #[error(
        "none of the documents of {name} is served, so there is nothing to compare it with; release it instead"
    )]
    NoBaseline {
        /// The change set's name.
        name: VersionName,
    },
    /// Everybody gets the change set already.
    #[error("change set {name} is already stable")]
    IsBaseline { name: VersionName },
    /// A change set was rolled back, and no force was given to use it anyway.
    #[error("{name} was rolled back by rollout {by}; to use it anyway, give force and a reason")]
    RolledBack {
        /// The change set's name.
        name: VersionName,
        /// The split that took it back.
        by: SplitId,
    },
    /// The stable version of a document is not the one that a split was planned on.
    #[error(
        "{path} is {} now, which is not what the rollout was created against; create a new rollout",
        named(now)
    )]
    BaselineMoved {
        /// The document.
        path: Path,
        /// The version that is stable now.
        now: Option<VersionName>,
    },
    /// The baseline does not have as many documents as the change set.
    #[error("it has {given} documents, and the change set has {documents}")]
    BaselineMisfits {
        /// How many the baseline has.
        given: usize,
        /// How many the change set has.
        documents: usize,
    },
    /// The label has changed since a commit was compared with what is stable.
    #[error("label {0} changed while a commit was compared with it")]
    LabelMoved(Label),
    /// A split holds a document.
    #[error("rollout {by} holds {path}; wait for it to end, or end it")]
    RolloutConflict {
        /// The document.
        path: Path,
        by: SplitId,
    },
    /// A view would be split by too many rollouts.
    #[error("the configuration of {view} is split by {} rollouts already", by.len())]
    ViewCrowded {
        view: String,
        /// The splits that concern it.
        by: Vec<SplitId>,
    },
    /// No split of this id is active, or ended lately.
    #[error("there is no split {0}")]
    SplitNotFound(SplitId),
    /// A split that is to be released never began.
    #[error("split {0} never began, so there is no change set to release")]
    SplitNeverBegan(SplitId),
    /// A split that is to be reverted is still active.
    #[error("split {0} is active; what it changed is not stable")]
    SplitActive(SplitId),
    /// The split was already moved by this or a later generation.
    #[error("split {id} was moved by generation {generation}")]
    SplitOutdated {
        id: SplitId,
        /// The last generation seen.
        generation: u64,
    },
    /// The split is over.
    #[error("split {id} was {how}")]
    SplitEnded {
        id: SplitId,
        /// How it ended.
        how: Ending,
    },
    /// A field of a split would change that never changes.
    #[error("{field} of split {id} never changes")]
    SplitIsFixed {
        id: SplitId,
        /// The field's name in requests.
        field: &'static str,
    },
    /// The share of a split would fall.
    #[error("the share of split {id} is {from} % and never falls; end it instead")]
    ShareFalls { id: SplitId, from: Share },
    /// Nothing of a change set can be taken back.
    #[error(
        "there is nothing to undo of {name}: it is not stable now, nothing was stable before it, \
         or what was is no longer kept"
    )]
    NothingToUndo {
        /// The change set's name.
        name: VersionName,
    },
    /// A document that is to go back was never stable.
    #[error("there is nothing to undo: {path} was never released")]
    NeverStable { path: Path },
    /// Another change set than the one that was asked for would be taken back.
    #[error("{name} would be undone, which is not what was written at {asked}; look again")]
    UndoesOther {
        /// The change set's name.
        name: VersionName,
        /// The position that was asked for.
        asked: Seq,
    },
    /// The version of a document from before a split is no longer kept.
    #[error("the version of {path} from before split {id} is no longer kept")]
    BeforeNotKept {
        id: SplitId,
        /// The document.
        path: Path,
    },
    /// A freeze is in force.
    #[error("frozen: {0}; going back still works")]
    Frozen(Arc<Freeze>),
    /// No such freeze is in force.
    #[error("there is no {0}")]
    FreezeNotFound(Thawed),
    /// Too many freezes are in force.
    #[error("there are {MAX_FREEZES} freezes; end some of them first")]
    TooManyFreezes,
    /// A freeze would be over already.
    #[error("it would end at {until}, which is over")]
    FreezeIsOver { until: Timestamp },
    /// There is no such override.
    #[error("there is no override of {0}")]
    OverrideNotFound(OverrideTarget),
    /// Too many overrides are in force.
    #[error("there are {MAX_OVERRIDES} overrides; remove some of them first")]
    TooManyOverrides,
    /// An override would be over already.
    #[error("it would end at {expires_at}, which is over")]
    OverrideIsOver { expires_at: Timestamp },
    /// An override would last too long.
    #[error(
        "it would end at {expires_at}, and 30 days is the longest; write what is to stay into a \
         document"
    )]
    OverrideTooLong { expires_at: Timestamp },
    /// No key of this id is kept.
    #[error("there is no key {0}")]
    KeyNotFound(KeyId),
    /// Another key has this name.
    #[error(
        "there is a key {0:?} already: give another name, or rotate it; a name is free 30 days \
         after its last key has ended"
    )]
    KeyNameTaken(Name),
    /// Another key has this id.
    #[error("there is a key {0} already: make another one")]
    KeyIdTaken(KeyId),
    /// A key that has no successor can't get one any more.
    #[error(transparent)]
    KeyEnded(CannotRotate),
    /// A key was rotated before.
    #[error("the key {id} was rotated to {to}: rotate that one")]
    KeyRotated {
        id: KeyId,
        /// The key that replaces it.
        to: KeyId,
    },
    /// Too many keys are kept.
    #[error(
        "there are {MAX_KEYS} keys; those that are revoked or have expired count for 30 days more"
    )]
    TooManyKeys,
    /// Another cluster owns it.
    #[error("cluster {owner} owns {what}: change it there")]
    NotOwner {
        owner: ClusterId,
        /// A path, a label or a pattern.
        what: String,
    },
    /// Several clusters own parts of it.
    #[error(
        "several clusters own parts of it, so it can't be changed in one step: {}",
        owners(.0)
    )]
    SpansOwners(Vec<(ClusterId, String)>),
    /// A pattern does not stand for documents that can be owned.
    #[error(transparent)]
    NotANamespace(NotANamespace),
    /// The owner has changed.
    #[error("it is owned in epoch {epoch}, not {expected}: look again")]
    EpochMoved { expected: u64, epoch: u64 },
    /// Too many patterns are owned.
    #[error("{MAX_OWNED} patterns are owned; there can't be more")]
    TooManyOwned,
    /// A key would have expired already.
    #[error("it would expire at {expires}, which is over")]
    KeyIsOver { expires: Timestamp },
}

fn owners(parts: &[(ClusterId, String)]) -> String {
    let parts = parts
        .iter()
        .map(|(owner, what)| format!("{owner} owns {what}"));
    parts.collect::<Vec<_>>().join(", ")
}

fn named(version: &Option<VersionName>) -> &str {
    version.as_ref().map_or("not there", VersionName::as_str)
}
