//! The folder in which a remote repository is mirrored.
//!
//! `vortex-mirror` names the remote and makes the folder ours; `repository` is a bare repository.
//! All of it can be fetched again, so what is damaged or of another remote is replaced.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
};

use gix::create::{Kind, Options};

use crate::{Cause, Error, Location, Result, open};

const MARKER: &str = "vortex-mirror";

pub(crate) struct Mirror {
    repository: PathBuf,
    /// Held by the one fetch that may run; it outlives a refresh that gave up waiting.
    pub(crate) fetching: Mutex<()>,
}

impl Mirror {
    /// Takes the folder over, making it and an empty repository in it as needed.
    pub(crate) fn open(folder: &Path, location: &Location) -> Result<Self> {
        let mirror = Self {
            repository: folder.join("repository"),
            fetching: Mutex::new(()),
        };
        claim(folder, &mirror.repository, location)?;
        if open::for_reading(&mirror.repository, location).is_err() {
            mirror.recreate(location)?;
        }
        Ok(mirror)
    }

    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    /// Throws the mirrored state away and starts from an empty repository.
    pub(crate) fn recreate(&self, location: &Location) -> Result<()> {
        remove(&self.repository)?;
        let options = Options {
            destination_must_be_empty: Some(true),
            ..Options::default()
        };
        let made = gix::ThreadSafeRepository::init_opts(
            &self.repository,
            Kind::Bare,
            options,
            open::options(),
        );
        made.map(drop).map_err(|cause| Error::RepositoryUnreadable {
            location: location.clone(),
            cause: Cause::new(cause),
        })
    }
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
