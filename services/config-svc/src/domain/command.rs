//! Commands to the configuration, and their outcomes.

use std::collections::BTreeSet;

use super::{
    AppProfile, Content, Label, Path, Seq, Sha256, SourceName, SplitId, SplitMove, VersionName,
};

/// A change that is asked for.
#[derive(Debug, Clone)]
pub enum Command {
    /// Write a change set.
    Write(WriteChange),
    /// Import a source's commit.
    Import(Import),
    /// Make a change set stable.
    Release(Release),
    /// Give a staged change set up.
    Discard(Selector),
    /// Take away a label that its source no longer has.
    RemoveLabel(Removal),
    /// Let a label take other writes, as its source is no longer configured.
    DetachLabel(Detachment),
    /// Note that a source's first import is whole.
    NoteImported(Imported),
    /// Begin a split, or move its share.
    SetSplit(SetSplit),
    EndSplit(EndSplit),
    /// Stage a change set that takes a released split back.
    StageRevert(SplitId),
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
    /// What is written, each path once.
    pub documents: Vec<DocumentWrite>,
    /// Whether it is stored without being released.
    pub stage_only: bool,
    /// What must hold of the first document's stable version.
    pub precondition: Option<Precondition>,
}

/// One document to be written.
#[derive(Debug, Clone)]
pub struct DocumentWrite {
    pub path: Path,
    /// Its new content.
    pub content: Content,
    /// The application and profile it is written for, if it is for one.
    pub written_for: Option<AppProfile>,
}

/// What must hold of a stable version for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// It has this content.
    Digest(Sha256),
    /// There is one.
    Exists,
    /// There is none.
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
    /// What the commit changed.
    pub documents: Vec<DocumentWrite>,
    /// Who releases it.
    pub release: ReleaseBy,
    /// The label's generation at which it was compared with what is stable, if it was.
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

/// Which change set is meant.
#[derive(Debug, Clone)]
pub struct Selector {
    pub label: Label,
    pub name: VersionName,
    /// Which of those of the name.
    pub holding: Holding,
}

/// Which of several change sets of a name is meant.
#[derive(Debug, Clone)]
pub enum Holding {
    /// The newest.
    Anything,
    /// The one that made this path's version of the name.
    Path(Path),
    /// The one that made the version of the name of an application's document.
    Document(AppProfile),
}

/// A release that is asked for.
#[derive(Debug, Clone)]
pub struct Release {
    /// Which change set.
    pub selector: Selector,
    /// What must hold of the selected document's stable version.
    pub precondition: Option<Precondition>,
    /// Whether it takes documents from the splits that hold them, which ends those, and
    /// may be of what was rolled back.
    pub force: bool,
    /// Why, for people.
    pub reason: String,
}

/// A split that is to begin or to move.
#[derive(Debug, Clone)]
pub struct SetSplit {
    /// The label of its change set.
    pub label: Label,
    /// Where to.
    pub to: SplitMove,
    /// What it needs to begin; not looked at when it moves.
    pub begin: BeginSplit,
}

/// What a split needs to begin.
#[derive(Debug, Clone, Default)]
pub struct BeginSplit {
    /// What must be stable of each document, in the order of the change set. None
    /// compares nothing.
    pub baseline: Option<Baseline>,
    /// Whether the change set may have been rolled back before.
    pub force: bool,
}

/// Where the stable version of each document of a change set was written; none for a
/// document that has no stable version.
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
    /// The position at which its change set was written, as far as that is known: for a
    /// split that never began.
    pub change: Option<Seq>,
    /// Why, for people.
    pub reason: String,
}

/// A label to be taken away.
#[derive(Debug, Clone)]
pub struct Removal {
    pub label: Label,
    /// The source that fed it.
    pub source: SourceName,
}

/// A label to be let go of by its source.
#[derive(Debug, Clone)]
pub struct Detachment {
    pub label: Label,
    /// The source that fed it.
    pub source: SourceName,
}

/// What is known of a source once it was imported whole.
#[derive(Debug, Clone)]
pub struct Imported {
    pub source: SourceName,
    /// The labels it has that could never be imported.
    pub unread: BTreeSet<Label>,
}

/// The outcome of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The position that holds the effect.
    pub at: Seq,
    /// The change set it was about; 0 where it was about none.
    pub change: Seq,
    pub label: Label,
    /// The change set's name.
    pub name: VersionName,
    /// The change set's digest.
    pub digest: Sha256,
    /// Whether the change set is new.
    pub created: bool,
    /// Whether anything that is served changed.
    pub moved: bool,
}

impl Outcome {
    /// Of what is about a source, and no change set of a label.
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
