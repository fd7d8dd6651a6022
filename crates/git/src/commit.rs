//! Commits: who, when, why, and what came before.

use gix::{ObjectId, bstr::ByteSlice, objs::CommitRef, shallow};
use jiff::Timestamp;

use crate::{
    CommitId, Error, Repository, Result,
    object::{self, damaged},
};

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// The author's name; what is not UTF-8 in it, in the address or in the message is replaced.
    pub author: String,
    /// The author's address.
    pub email: String,
    /// When the author wrote it, by the author's clock: it need not grow along a history. The
    /// epoch when the commit states no readable time.
    pub time: Timestamp,
    /// The message, without the newlines at its end.
    pub message: String,
    /// The parents, the first being the one the branch was on. A shallow clone's oldest commits
    /// have none.
    pub parents: Vec<CommitId>,
}

impl Repository {
    /// The commit of this id.
    pub fn commit(&self, id: CommitId) -> Result<Commit> {
        let store = self.store();
        let shallow = self.shallow(&store)?;
        self.read_commit(&store, id, &shallow)?
            .ok_or_else(|| self.absent(&store, Error::CommitMissing(id)))
    }

    /// The commit, or `None` when there is no such object.
    pub(crate) fn read_commit(
        &self,
        store: &gix::Repository,
        id: CommitId,
        shallow: &Shallow,
    ) -> Result<Option<Commit>> {
        let Some(data) = self.noting(read_commit_data(store, id))? else {
            return Ok(None);
        };
        let mut commit = decode(id, &data, store.object_hash())?;
        if shallow.is_boundary(id) {
            commit.parents.clear();
        }
        Ok(Some(commit))
    }

    pub(crate) fn shallow(&self, store: &gix::Repository) -> Result<Shallow> {
        store
            .shallow_commits()
            .map(Shallow)
            .map_err(|cause| Error::RepositoryUnreadable {
                location: self.location().clone(),
                why: cause.into(),
            })
    }

    /// The folder that a commit is a commit of.
    pub(crate) fn root_of(&self, store: &gix::Repository, id: CommitId) -> Result<ObjectId> {
        let Some(data) = self.noting(read_commit_data(store, id))? else {
            return Err(self.absent(store, Error::CommitMissing(id)));
        };
        let commit = CommitRef::from_bytes(&data, store.object_hash())
            .map_err(|cause| damaged(id.object(), cause))?;
        Ok(commit.tree())
    }
}

/// The commits at which the history of a shallow clone was cut off.
pub(crate) struct Shallow(Option<shallow::Commits>);

impl Shallow {
    fn is_boundary(&self, id: CommitId) -> bool {
        self.0
            .as_ref()
            .is_some_and(|commits| commits.contains(&id.object()))
    }
}

fn read_commit_data(store: &gix::Repository, id: CommitId) -> Result<Option<Vec<u8>>> {
    let found = object::find(store, id.object())?;
    Ok(found
        .filter(|object| object.kind == gix::objs::Kind::Commit)
        .map(|object| object.detach().data))
}

fn decode(id: CommitId, data: &[u8], hash: gix::hash::Kind) -> Result<Commit> {
    let damaged = |cause| damaged(id.object(), cause);
    let commit = CommitRef::from_bytes(data, hash).map_err(damaged)?;
    let author = commit.author().map_err(damaged)?;
    Ok(Commit {
        id,
        author: author.name.to_str_lossy().trim().to_owned(),
        email: author.email.to_str_lossy().trim().to_owned(),
        time: Timestamp::from_second(author.seconds()).unwrap_or(Timestamp::UNIX_EPOCH),
        message: commit
            .message
            .to_str_lossy()
            .trim_end_matches('\n')
            .to_owned(),
        parents: commit.parents().map(CommitId::new).collect(),
    })
}
