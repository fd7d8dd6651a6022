//! Commands to the configuration, and their outcomes.

mod freeze;
mod key;
mod overrides;
mod ownership;

pub use freeze::{EndFreeze, SetFreeze, Thawed, Until};
pub use key::{CreateKey, RotateKey};
pub use overrides::{Expires, RemoveOverride, SetOverride};
pub(crate) use ownership::SetOwnership;

use std::collections::BTreeSet;

use vortex_access::KeyId;

use super::{
    AppProfile, Content, Label, Path, Seq, Sha256, SourceName, SplitId, SplitMove, VersionName,
};

/// A change to the configuration.
#[derive(Debug, Clone)]
pub enum Command {
    /// Write a change set.
    Write(WriteChange),
    /// Import a source's commit.
    Import(Import),
    /// Make a change set stable.
    Release(Release),
    /// Discard a staged change set.
    Discard(Selector),
    /// Remove a label that its source no longer has.
    RemoveLabel(Removal),
    /// Open a label to other writes, since its source is no longer configured.
    DetachLabel(Detachment),
    /// Note that a source's first import is whole.
    NoteImported(Imported),
    /// Begin a split, or move its share.
    SetSplit(SetSplit),
    EndSplit(EndSplit),
    /// Stage a change set that takes a released split back.
    StageRevert(SplitId),
    /// Take back what made a change set stable.
    Undo(Undo),
    /// Give readers nothing new for some time.
    SetFreeze(SetFreeze),
    EndFreeze(EndFreeze),
    /// End the freezes whose time is over.
    ExpireFreezes,
    /// Put values above all documents for some time.
    SetOverride(SetOverride),
    RemoveOverride(RemoveOverride),
    /// End overrides whose time is over.
    ExpireOverrides,
    /// Keep a new API key.
    CreateKey(CreateKey),
    /// Replace an API key.
    RotateKey(RotateKey),
    /// Take an API key back.
    RevokeKey(KeyId),
    /// Let go of what is old.
    Retain,
    /// Say who owns documents.
    SetOwnership(SetOwnership),
}

/// A change set to be written through the API.
#[derive(Debug, Clone)]
pub struct WriteChange {
    pub label: Label,
    /// Its name; made from the contents when none is given.
    pub name: Option<VersionName>,
    /// Why, for people.
    pub message: String,
    /// Who made it, as the caller says.
    pub author: String,
    /// The documents to write, each path once.
    pub documents: Vec<DocumentWrite>,
    /// Whether it is stored without being released.
    pub stage_only: bool,
    /// A condition on the first document's stable version.
    pub precondition: Option<Precondition>,
}

/// One document to be written.
#[derive(Debug, Clone)]
pub struct DocumentWrite {
    pub path: Path,
    /// Its new content.
    pub content: Content,
    /// The application and profile it is written for, if it is written for one.
    pub written_for: Option<AppProfile>,
}

/// A condition on a stable version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// It has this digest.
    Digest(Sha256),
    /// It exists.
    Exists,
    /// It does not exist.
    Missing,
}

/// A commit to be imported from a source.
#[derive(Debug, Clone)]
pub struct Import {
    pub source: SourceName,
    /// The label it feeds.
    pub label: Label,
    pub commit: VersionName,
    /// The commit's message.
    pub message: String,
    /// The commit's author.
    pub author: String,
    /// The documents that the commit changed.
    pub documents: Vec<DocumentWrite>,
    /// Who releases it.
    pub release: ReleaseBy,
    /// The label's generation when the commit was compared with what is stable, if it was.
    pub compared_at: Option<u64>,
}

/// Who releases what a source's commit changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseBy {
    /// The import itself.
    Import,
    /// An operator, later.
    Operator,
    /// A rollout; the import itself where a rollout has nothing to compare with.
    Rollout,
}

/// Selects a change set.
#[derive(Debug, Clone)]
pub struct Selector {
    pub label: Label,
    pub name: VersionName,
    /// Which of the change sets of this name.
    pub holding: Holding,
}

/// Tells change sets of the same name apart.
#[derive(Debug, Clone)]
pub enum Holding {
    /// The newest one.
    Anything,
    /// The one that wrote the version of this name at this path.
    Path(Path),
    /// The one that wrote the version of this name of an application's document.
    Document(AppProfile),
}

/// A release of a change set.
#[derive(Debug, Clone)]
pub struct Release {
    /// The change set.
    pub selector: Selector,
    /// A condition on the selected document's stable version.
    pub precondition: Option<Precondition>,
    /// Whether the release may end splits that hold its documents, and may release what was rolled
    /// back.
    pub force: bool,
    /// Why it is forced, for people.
    pub reason: String,
    /// Who releases it, as the caller says.
    pub author: String,
    /// What for, for people.
    pub message: String,
}

/// What made something stable, to be taken back.
#[derive(Debug, Clone)]
pub struct Undo {
    pub target: UndoTarget,
    /// The position of the change set that must be what is taken back, if the caller knows it.
    pub change: Option<Seq>,
    /// Why, for people.
    pub reason: String,
    /// Who does it, as the caller says.
    pub author: String,
}

/// What is to be taken back.
#[derive(Debug, Clone)]
pub enum UndoTarget {
    /// The change set that a document's stable version belongs to.
    Document { label: Label, owner: AppProfile },
    /// This change set.
    Change(Selector),
}

/// A split that is to begin or to move.
#[derive(Debug, Clone)]
pub struct SetSplit {
    /// The label of its change set.
    pub label: Label,
    /// The move.
    pub to: SplitMove,
    /// Conditions for beginning it; not checked when it moves.
    pub begin: BeginSplit,
}

/// Conditions for beginning a split.
#[derive(Debug, Clone, Default)]
pub struct BeginSplit {
    /// The stable versions that it was planned on. None skips the comparison.
    pub baseline: Option<Baseline>,
    /// Whether the change set may have been rolled back before.
    pub force: bool,
}

/// For each document of a change set, in order, the position at which its stable version was
/// written; None for a document without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline(pub Vec<Option<Seq>>);

/// A split that is to end.
#[derive(Debug, Clone)]
pub struct EndSplit {
    pub id: SplitId,
    /// Which move of it this is.
    pub generation: u64,
    /// Whether its change set becomes stable.
    pub release: bool,
    /// The position at which its change set was written, if the caller knows it: needed for a split
    /// that never began.
    pub change: Option<Seq>,
    /// Why, for people.
    pub reason: String,
}

/// A label to be removed.
#[derive(Debug, Clone)]
pub struct Removal {
    pub label: Label,
    /// The source that fed it.
    pub source: SourceName,
}

/// A label to be detached from its source.
#[derive(Debug, Clone)]
pub struct Detachment {
    pub label: Label,
    /// The source that fed it.
    pub source: SourceName,
}

/// A source that was imported whole.
#[derive(Debug, Clone)]
pub struct Imported {
    pub source: SourceName,
    /// Its labels that could never be imported.
    pub unread: BTreeSet<Label>,
}

/// The outcome of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The position that includes the effect.
    pub at: Seq,
    /// The position at which the change set was written that this is about; 0 if it is about none.
    pub change: Seq,
    pub label: Label,
    /// The change set's name.
    pub name: VersionName,
    /// The change set's digest.
    pub digest: Sha256,
    /// Whether the change set is new.
    pub created: bool,
    /// Whether anything that readers get has changed.
    pub moved: bool,
}

impl Outcome {
    /// The outcome of a command that is about a source and not about a change set.
    pub(super) fn of_source(at: Seq) -> Self {
        Self {
            at,
            change: Seq(0),
            label: Label::main(),
            name: VersionName::trusted("imported"),
            digest: Sha256::of(&[]),
            created: false,
            moved: false,
        }
    }
}
