//! A repository that is read in place or through its mirror.

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use gix::ThreadSafeRepository;

use crate::{Error, Location, Result, mirror::Mirror, open};

/// A repository, as of the last [`open`](Self::open) or [`refresh`](Self::refresh).
///
/// Every call may fail while the repository is away or damaged, and works again once it is back and
/// refreshed; nothing is cached that would have to be thrown away by hand.
pub struct Repository {
    location: Location,
    mirror: Option<Arc<Mirror>>,
    store: RwLock<ThreadSafeRepository>,
}

impl Repository {
    /// Opens what is at `location`.
    ///
    /// A path is opened where it is: a working tree, a bare repository, a linked worktree. A URL is
    /// not contacted: its mirror in the folder `mirror` is opened, or made empty when there is none,
    /// and [`refresh`](Self::refresh) fills it. The mirror of another URL is replaced; a folder with
    /// anything else in it is refused with [`Error::FolderForeign`].
    pub fn open(location: &Location, mirror: &Path) -> Result<Self> {
        let (mirror, store) = match location.path() {
            Some(path) => (None, open::for_reading(path, location)?),
            None => {
                let mirror = Mirror::open(mirror, location)?;
                let store = open::for_reading(mirror.repository(), location)?;
                (Some(Arc::new(mirror)), store)
            }
        };
        Ok(Self {
            location: location.clone(),
            mirror,
            store: RwLock::new(store),
        })
    }

    /// Where the repository is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn mirror(&self) -> Option<&Arc<Mirror>> {
        self.mirror.as_ref()
    }

    /// Opens the folder again, for packs, references and configuration that changed on the disk.
    pub(crate) fn reopen(&self) -> Result<()> {
        let path = match &self.mirror {
            Some(mirror) => mirror.repository(),
            None => self.location.path().unwrap_or(Path::new("")),
        };
        let store = open::for_reading(path, &self.location)?;
        *self.store.write().unwrap_or_else(PoisonError::into_inner) = store;
        Ok(())
    }

    pub(crate) fn store(&self) -> gix::Repository {
        self.store
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .to_thread_local()
    }

    /// Passes an outcome on, noting damage that a mirror can fix by fetching again.
    pub(crate) fn noting<T>(&self, outcome: Result<T>) -> Result<T> {
        let damaged = matches!(
            outcome,
            Err(Error::ObjectDamaged { .. } | Error::CommitIncomplete { .. })
        );
        if let Some(mirror) = self.mirror.as_ref().filter(|_| damaged) {
            mirror.suspect();
        }
        outcome
    }

    /// The error for an object that was not found: that the repository is gone, if it is.
    pub(crate) fn absent(&self, store: &gix::Repository, otherwise: Error) -> Error {
        match self.expect_present(store) {
            Ok(()) => otherwise,
            Err(missing) => missing,
        }
    }

    /// Fails when the folder was removed, which Git's formats read as a repository without content.
    pub(crate) fn expect_present(&self, store: &gix::Repository) -> Result<()> {
        let is_there =
            store.git_dir().join("HEAD").exists() && store.common_dir().join("objects").is_dir();
        if is_there {
            Ok(())
        } else {
            Err(Error::RepositoryMissing(self.location.clone()))
        }
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Repository")
            .field("location", &self.location)
            .finish_non_exhaustive()
    }
}
