//! The folders of a commit, walked into one flat list of files.

mod link;
mod name;

use std::collections::BTreeMap;

use gix::{
    ObjectId,
    objs::{Kind, TreeRefIter, tree::EntryKind, tree::EntryRef},
};

use crate::{
    CommitId, Error, FileKind, Repository, Result,
    object::{self, damaged},
};

/// Something in a commit that is not served as a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Where it is, with what is not UTF-8 replaced. What lies below a skipped folder is not listed.
    pub path: String,
    /// Why it is not served.
    pub reason: SkipReason,
}

/// Why something in a commit is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum SkipReason {
    /// It is another repository's commit.
    #[error("it is a submodule")]
    Submodule,
    /// Its name is not UTF-8.
    #[error("its name is not UTF-8")]
    NotUtf8,
    /// Its name is `.`, `..`, `.git` in any case, empty, or has a slash or a NUL in it.
    #[error("its name is not allowed")]
    UnsafeName,
    /// Its path has more than 4,096 bytes.
    #[error("its path is too long")]
    PathTooLong,
    /// It is a symbolic link to an absolute path or out of the repository.
    #[error("it is a symbolic link that leaves the repository")]
    LinkOutside,
    /// It is a symbolic link to something that is not there or was skipped.
    #[error("it is a symbolic link to nothing that is served")]
    LinkDangling,
    /// It is a symbolic link to a folder that it lies in, or follows more than 40 others.
    #[error("it is a symbolic link that goes round in a circle")]
    LinkLoop,
    /// It is a symbolic link to a folder, inside a folder that was reached by such a link itself.
    #[error("it is a symbolic link to a folder below another")]
    LinkNested,
}

/// A file of a commit, its size not looked at yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) blob: ObjectId,
    pub(crate) kind: FileKind,
}

/// All files of a commit by path, symbolic links followed.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) files: BTreeMap<String, Entry>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Repository {
    pub(crate) fn tree(
        &self,
        store: &gix::Repository,
        commit: CommitId,
        limit: usize,
    ) -> Result<Tree> {
        let root = self.root_of(store, commit)?;
        let mut walk = Walk {
            store,
            commit,
            limit,
            seen: 0,
            links: BTreeMap::new(),
            tree: Tree::default(),
        };
        let walked = self.noting(walk.run(root));
        match walked {
            // A folder that is absent because the whole repository is.
            Err(error @ Error::CommitIncomplete { .. }) => Err(self.absent(store, error)),
            Err(error) => Err(error),
            Ok(()) => Ok(walk.tree),
        }
    }
}

struct Walk<'a> {
    store: &'a gix::Repository,
    commit: CommitId,
    limit: usize,
    /// Files and folders met so far; folders count because equal ones may repeat without end.
    seen: usize,
    /// Symbolic links and what is written in them.
    links: BTreeMap<String, String>,
    tree: Tree,
}

impl Walk<'_> {
    fn run(&mut self, root: ObjectId) -> Result<()> {
        let mut folders = vec![(String::new(), root)];
        while let Some((path, id)) = folders.pop() {
            let data = self.read(id, Kind::Tree)?;
            for entry in TreeRefIter::from_bytes(&data, self.store.object_hash()) {
                let entry = entry.map_err(|cause| damaged(id, cause))?;
                self.count()?;
                match name::join(&path, entry.filename) {
                    Ok(path) if entry.mode.kind() == EntryKind::Tree => {
                        folders.push((path, entry.oid.to_owned()))
                    }
                    Ok(path) => self.add(path, &entry)?,
                    Err((path, reason)) => self.skip(path, reason),
                }
            }
        }
        self.follow_links()?;
        self.tree.skipped.sort();
        Ok(())
    }

    fn add(&mut self, path: String, entry: &EntryRef<'_>) -> Result<()> {
        let blob = entry.oid.to_owned();
        let kind = match entry.mode.kind() {
            EntryKind::Blob => FileKind::Regular,
            EntryKind::BlobExecutable => FileKind::Executable,
            EntryKind::Link => return self.add_link(path, blob),
            EntryKind::Commit | EntryKind::Tree => {
                self.skip(path, SkipReason::Submodule);
                return Ok(());
            }
        };
        self.tree.files.insert(path, Entry { blob, kind });
        Ok(())
    }

    fn add_link(&mut self, path: String, blob: ObjectId) -> Result<()> {
        let header = object::header(self.store, blob)?;
        if header.is_some_and(|header| header.size() > name::LONGEST_PATH as u64) {
            self.skip(path, SkipReason::LinkDangling);
            return Ok(());
        }
        match String::from_utf8(self.read(blob, Kind::Blob)?) {
            Ok(target) => drop(self.links.insert(path, target)),
            Err(_) => self.skip(path, SkipReason::NotUtf8),
        }
        Ok(())
    }

    fn follow_links(&mut self) -> Result<()> {
        let followed = link::follow(&self.tree.files, &self.links, self.limit - self.seen);
        for (path, entry) in followed.files {
            self.count()?;
            self.tree.files.insert(path, entry);
        }
        self.tree.skipped.extend(followed.skipped);
        Ok(())
    }

    fn read(&self, id: ObjectId, kind: Kind) -> Result<Vec<u8>> {
        match object::find(self.store, id)? {
            Some(object) if object.kind == kind => Ok(object.detach().data),
            _ => Err(Error::CommitIncomplete {
                commit: self.commit,
                object: id.to_string(),
            }),
        }
    }

    fn count(&mut self) -> Result<()> {
        self.seen += 1;
        if self.seen > self.limit {
            return Err(Error::TooManyFiles {
                commit: self.commit,
                limit: self.limit,
            });
        }
        Ok(())
    }

    fn skip(&mut self, path: String, reason: SkipReason) {
        self.tree.skipped.push(Skipped { path, reason });
    }
}
