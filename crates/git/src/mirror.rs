//! The folder in which a remote repository is mirrored.
//!
//! `vortex-mirror` names the remote and makes the folder ours; `repository` is a bare repository.
//! All of it can be fetched again, so what is damaged or of another remote is replaced.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
};

use gix::{
    ThreadSafeRepository,
    create::{Kind, Options},
    hash::Kind as Hash,
};

use crate::{Error, Location, Result, open};

const MARKER: &str = "vortex-mirror";

/// Every fetch that brings something leaves a pack; beyond this many it is cheaper to start over.
const MOST_PACKS: usize = 100;

pub(crate) struct Mirror {
    repository: PathBuf,
    /// Where a replacement is fetched, to take the repository's place when it is complete.
    fresh: PathBuf,
    /// Held by the one fetch that may run; it outlives a refresh that gave up waiting.
    pub(crate) fetching: Mutex<()>,
    damage: AtomicU8,
}

/// No object was found damaged or absent yet.
const SOUND: u8 = 0;
/// One was: the next fetch starts over.
const DAMAGED: u8 = 1;
/// It did start over, so what is damaged now is so on the remote.
const RENEWED: u8 = 2;

impl Mirror {
    /// Takes the folder over, making it and an empty repository in it as needed.
    pub(crate) fn open(folder: &Path, location: &Location) -> Result<Self> {
        let mirror = Self {
            repository: folder.join("repository"),
            fresh: folder.join("fresh"),
            fetching: Mutex::new(()),
            damage: AtomicU8::new(SOUND),
        };
        claim(folder, &mirror.repository, location)?;
        remove(&mirror.fresh)?;
        remove_leftovers(&mirror.repository)?;
        if open::for_reading(&mirror.repository, location).is_err() {
            remove(&mirror.repository)?;
            create(&mirror.repository, location, Hash::Sha1)?;
        }
        Ok(mirror)
    }

    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    /// Notes that a reader met a damaged or absent object.
    pub(crate) fn suspect(&self) {
        let _ = (self.damage).compare_exchange(SOUND, DAMAGED, Relaxed, Relaxed);
    }

    /// Whether to fetch everything again rather than add to what is there.
    pub(crate) fn is_worn(&self) -> bool {
        let packs = fs::read_dir(self.repository.join("objects/pack"));
        let packs = packs.into_iter().flatten().flatten();
        let packs = packs.filter(|file| file.path().extension().is_some_and(|end| end == "pack"));
        self.damage.load(Relaxed) == DAMAGED || packs.count() > MOST_PACKS
    }

    /// An empty repository beside the one that is read.
    pub(crate) fn start_over(&self, location: &Location, hash: Hash) -> Result<&Path> {
        remove(&self.fresh)?;
        create(&self.fresh, location, hash)?;
        Ok(&self.fresh)
    }

    /// Puts what was started over into place. A crash between the two steps costs a fetch.
    pub(crate) fn replace(&self) -> Result<()> {
        remove(&self.repository)?;
        fs::rename(&self.fresh, &self.repository).map_err(at(&self.repository))?;
        let _ = (self.damage).compare_exchange(DAMAGED, RENEWED, Relaxed, Relaxed);
        Ok(())
    }
}

fn create(path: &Path, location: &Location, hash: Hash) -> Result<()> {
    let options = Options {
        destination_must_be_empty: Some(true),
        object_hash: Some(hash),
        ..Options::default()
    };
    let made = ThreadSafeRepository::init_opts(path, Kind::Bare, options, open::options());
    made.map(drop).map_err(|cause| Error::RepositoryUnreadable {
        location: location.clone(),
        why: cause.into(),
    })
}

/// Removes the locks and half-received packs of a process that was killed while it fetched.
fn remove_leftovers(repository: &Path) -> Result<()> {
    let is_lock = |name: &str| name.ends_with(".lock");
    remove_files(repository, &is_lock)?;
    remove_files(&repository.join("objects/pack"), &|name| {
        is_lock(name) || name.starts_with(".tmp")
    })
}

/// Removes the files whose names match, in a folder and those below but `objects`.
fn remove_files(folder: &Path, matches: &dyn Fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && name != "objects" {
            remove_files(&path, matches)?;
        } else if name.to_str().is_some_and(matches) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

/// Makes `folder` the mirror of `location`, dropping the mirror of another.
fn claim(folder: &Path, repository: &Path, location: &Location) -> Result<()> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    let marker = folder.join(MARKER);
    let owner = match fs::read_to_string(&marker) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => {
            return Err(Error::Folder {
                path: marker,
                source,
            });
        }
    };
    let mine = location.to_string();
    match owner {
        Some(owner) if owner == mine => return Ok(()),
        Some(_) => remove(repository)?,
        None if !is_empty(folder)? => return Err(Error::FolderForeign(folder.to_owned())),
        None => {}
    }
    fs::write(&marker, mine).map_err(at(&marker))
}

fn is_empty(folder: &Path) -> Result<bool> {
    Ok(fs::read_dir(folder).map_err(at(folder))?.next().is_none())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Folder {
        path: path.to_owned(),
        source,
    }
}
