//! Branches and tags, as the labels a configuration server serves.

mod collect;
mod packed;

use gix::bstr::ByteSlice;

use crate::{CommitId, Error, Repository, RepositoryFault, Result};

/// A branch or a tag and the commit it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The name without `refs/heads/` and the like; it may have slashes.
    pub name: String,
    /// The commit; that of an annotated tag is what the tag points to in the end.
    pub commit: CommitId,
    /// What kind of reference it is.
    pub kind: LabelKind,
}

/// The kinds of labels. Of several with one name the first in this order is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LabelKind {
    /// A branch.
    Branch,
    /// A branch of the remote `origin` that has no local branch: most branches of a fresh clone.
    RemoteBranch,
    /// A tag.
    Tag,
}

/// All labels, and the references that are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Labels {
    /// What can be served, by name.
    pub readable: Vec<Label>,
    /// Branches and tags that stand for no commit, by name: they were not deleted, they are broken.
    /// One of them hides what is lower in the order of [`LabelKind`], as a readable one would.
    pub unreadable: Vec<UnreadableLabel>,
    /// Why there may be more labels than are listed, if something suggests it: none of those that
    /// are missing may be taken for deleted.
    pub doubt: Option<Doubt>,
}

/// A branch or tag that stands for no commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reference} {reason}")]
pub struct UnreadableLabel {
    /// The name, with what is not UTF-8 replaced.
    pub name: String,
    /// The whole name of the reference, such as `refs/heads/main`.
    pub reference: String,
    /// What kind of reference it is.
    pub kind: LabelKind,
    /// What is wrong with it.
    pub reason: UnreadableReason,
}

/// Why a reference stands for no commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableReason {
    /// The name is not UTF-8.
    #[error("has a name that is not UTF-8")]
    NotUtf8,
    /// Its file has no content, as after a power cut.
    #[error("is empty, as a power cut can leave it; write the id of its commit into that file")]
    Empty,
    /// Its file holds neither an object id nor the name of another reference.
    #[error("does not hold an object id; write the id of its commit into that file")]
    Garbled,
    /// It points to a reference that is not there.
    #[error("points to {0}, which does not exist")]
    Dangling(String),
    /// It points to itself, or through too many other references.
    #[error("points back to itself, or through too many other references")]
    Loop,
    /// It points to an object that is not there.
    #[error("points to the object {0}, which the repository does not have")]
    ObjectMissing(String),
    /// It points to an object that is damaged.
    #[error("points to the object {0}, which is damaged")]
    ObjectDamaged(String),
    /// It points to a file or a folder.
    #[error("points to a {0} and not to a commit")]
    NotACommit(gix::objs::Kind),
}

/// Why the list of labels may lack some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// Git never leaves this file empty; a power cut can.
    #[error("the repository's file packed-refs is empty, as a power cut can leave it")]
    EmptyPackedRefs,
}

impl Labels {
    /// The label of this name.
    pub fn get(&self, name: &str) -> Option<&Label> {
        let place = self
            .readable
            .binary_search_by(|label| label.name.as_str().cmp(name));
        place.ok().map(|index| &self.readable[index])
    }
}

impl Repository {
    /// Every branch and tag. A repository without commits has none.
    ///
    /// A local branch wins over a branch of `origin` of the same name, and either over a tag.
    pub fn labels(&self) -> Result<Labels> {
        let store = self.store();
        let packed = packed::check(store.common_dir(), store.object_hash());
        let doubt = packed.map_err(|packed| self.unreadable(packed))?;
        let mut labels = collect::labels(&store).map_err(|cause| self.unreadable(cause))?;
        labels.doubt = doubt;
        self.expect_present(&store)?;
        Ok(labels)
    }

    /// Whether no branch or tag of this name exists by now. To be asked before one that a list of
    /// labels lacks is taken for deleted: Git moves references between files while it is read.
    pub fn is_deleted(&self, name: &str) -> Result<bool> {
        self.reopen()?;
        let store = self.store();
        let mut any = LabelKind::ALL.into_iter().map(|kind| {
            let reference = store.try_find_reference(&format!("{}{name}", kind.prefix()));
            // one that can't be read is there
            !matches!(reference, Ok(None))
        });
        let is_there = any.any(|is_there| is_there);
        self.expect_present(&store)?;
        Ok(!is_there)
    }

    /// The label that is served when none is asked for: `main`, else `master`, else the branch that
    /// `HEAD` names; `None` when there is none of these.
    pub fn default_label(&self) -> Result<Option<Label>> {
        let store = self.store();
        let labels = self.labels()?;
        // a damaged HEAD names nothing; it keeps no branch from being read
        let head = store.head_name().ok().flatten();
        let head = head.as_ref().and_then(|name| name.shorten().to_str().ok());
        let names = ["main", "master"].into_iter().chain(head);
        Ok(names.into_iter().find_map(|name| labels.get(name)).cloned())
    }

    fn unreadable(&self, why: impl Into<RepositoryFault>) -> Error {
        Error::RepositoryUnreadable {
            location: self.location().clone(),
            why: why.into(),
        }
    }
}

impl LabelKind {
    const ALL: [Self; 3] = [Self::Branch, Self::RemoteBranch, Self::Tag];

    /// What the names of such references begin with.
    fn prefix(self) -> &'static str {
        match self {
            Self::Branch => "refs/heads/",
            Self::RemoteBranch => "refs/remotes/origin/",
            Self::Tag => "refs/tags/",
        }
    }
}
