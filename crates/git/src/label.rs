//! Branches and tags, as the labels a configuration server serves.

use std::collections::BTreeMap;

use gix::{ObjectId, bstr::ByteSlice, objs::Kind, reference::iter::Iter};

use crate::{Cause, CommitId, Error, Repository, Result, object};

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
    /// References in the places of branches and tags that stand for no commit. A label that was
    /// readable before and is listed here now was not deleted: it is broken.
    pub unreadable: Vec<UnreadableLabel>,
}

/// A reference that stands for no commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableLabel {
    /// The name, with what is not UTF-8 replaced.
    pub name: String,
    /// What is wrong with it.
    pub reason: UnreadableReason,
}

/// Why a reference stands for no commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableReason {
    /// The name is not UTF-8.
    #[error("its name is not UTF-8")]
    NotUtf8,
    /// It points to a file or a folder.
    #[error("it does not point to a commit")]
    NotACommit,
    /// The reference itself, or an object between it and the commit, is absent or damaged.
    #[error("it is broken")]
    Broken,
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
        let labels = collect(&store).map_err(|cause| self.unreadable(cause))?;
        self.expect_present(&store)?;
        Ok(labels)
    }

    /// The label that is served when none is asked for: `main`, else `master`, else the branch that
    /// `HEAD` names; `None` when there is none of these.
    pub fn default_label(&self) -> Result<Option<Label>> {
        let store = self.store();
        let labels = self.labels()?;
        let head = store.head_name().map_err(|cause| self.unreadable(cause))?;
        let head = head.as_ref().and_then(|name| name.shorten().to_str().ok());
        let names = ["main", "master"].into_iter().chain(head);
        Ok(names.into_iter().find_map(|name| labels.get(name)).cloned())
    }

    fn unreadable(&self, cause: gix::Error) -> Error {
        Error::RepositoryUnreadable {
            location: self.location().clone(),
            cause: Cause::new(cause),
        }
    }
}

fn collect(store: &gix::Repository) -> gix::Result<Labels> {
    let references = store.references()?;
    let mut found = Collected::default();
    found.take(
        store,
        references.local_branches()?,
        LabelKind::Branch,
        "refs/heads/",
    );
    found.take(
        store,
        references.remote_branches()?,
        LabelKind::RemoteBranch,
        "refs/remotes/origin/",
    );
    found.take(store, references.tags()?, LabelKind::Tag, "refs/tags/");
    Ok(Labels {
        readable: found.readable.into_values().collect(),
        unreadable: found.unreadable,
    })
}

#[derive(Default)]
struct Collected {
    readable: BTreeMap<String, Label>,
    unreadable: Vec<UnreadableLabel>,
}

impl Collected {
    fn take(
        &mut self,
        store: &gix::Repository,
        references: Iter<'_, '_>,
        kind: LabelKind,
        prefix: &str,
    ) {
        for reference in references {
            match reference {
                Ok(reference) => self.add(store, reference, kind, prefix),
                Err(error) => self.unreadable.push(UnreadableLabel {
                    name: Cause::new(error).to_string(),
                    reason: UnreadableReason::Broken,
                }),
            }
        }
    }

    fn add(
        &mut self,
        store: &gix::Repository,
        reference: gix::Reference<'_>,
        kind: LabelKind,
        prefix: &str,
    ) {
        let full = reference.name().as_bstr().to_owned();
        let Some(name) = full.strip_prefix(prefix.as_bytes()) else {
            return; // a branch of another remote
        };
        if kind == LabelKind::RemoteBranch && name == b"HEAD" {
            return;
        }
        match read(store, reference, name) {
            Ok((name, commit)) => {
                let label = Label {
                    name: name.clone(),
                    commit,
                    kind,
                };
                self.readable.entry(name).or_insert(label);
            }
            Err(reason) => {
                let name = name.to_str_lossy().into_owned();
                self.unreadable.push(UnreadableLabel { name, reason });
            }
        }
    }
}

fn read(
    store: &gix::Repository,
    mut reference: gix::Reference<'_>,
    name: &[u8],
) -> Result<(String, CommitId), UnreadableReason> {
    let name = name.to_str().map_err(|_| UnreadableReason::NotUtf8)?;
    let id = reference
        .peel_to_id()
        .map_err(|_| UnreadableReason::Broken)?
        .detach();
    match kind_of(store, id) {
        Some(Kind::Commit) => Ok((name.to_owned(), CommitId::new(id))),
        Some(_) => Err(UnreadableReason::NotACommit),
        None => Err(UnreadableReason::Broken),
    }
}

fn kind_of(store: &gix::Repository, id: ObjectId) -> Option<Kind> {
    object::header(store, id)
        .ok()
        .flatten()
        .map(|header| header.kind())
}
