//! The folder for all stored data, and how it is told from another program's.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use vortex_store::OpenError;

/// The file that marks a folder as ours.
const MARKER: &str = "VORTEX";
const MARKER_DRAFT: &str = "VORTEX.new";
const MAGIC: &str = "vortex-data\n";
/// The stores in it.
const CONFIG: &str = "config";
const ROLLOUT: &str = "rollout";
const DRIFT: &str = "drift";
const MIRROR: &str = "git-mirror";
/// File systems put this into the root of a fresh volume.
const LOST_AND_FOUND: &str = "lost+found";

/// Where everything is kept.
#[derive(Debug)]
pub enum Data {
    /// In a folder that stays.
    Kept(PathBuf),
    /// In a folder that goes with the process.
    Ephemeral(TempDir),
}

/// The folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another program's files are in it.
    #[error(
        "{} is not a data folder of Vortex: it holds {found:?}; give an empty or a new folder with --data",
        path.display()
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The first thing in it that is not ours.
        found: String,
    },
    /// One of the stores in it can't be one.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The system refused.
    #[error("the data folder {} can't be used", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl Data {
    /// The folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Ephemeral(folder) => folder.path(),
        }
    }

    /// Where config-svc keeps its state.
    pub(crate) fn config(&self) -> PathBuf {
        self.path().join(CONFIG)
    }

    /// Where rollout-svc keeps its state.
    pub(crate) fn rollout(&self) -> PathBuf {
        self.path().join(ROLLOUT)
    }

    /// Where drift-svc keeps its state.
    pub(crate) fn drift(&self) -> PathBuf {
        self.path().join(DRIFT)
    }

    /// Where the mirror of a repository is.
    pub(crate) fn mirror(&self) -> PathBuf {
        self.path().join(MIRROR)
    }

    /// Makes the folder ours if it is empty or not there, before anything else is made in it.
    ///
    /// # Errors
    /// Another program's files are in it, which are left as they are.
    pub(crate) fn claim(&self) -> Result<(), DataError> {
        let io = |source| DataError::Io {
            path: self.path().to_owned(),
            source,
        };
        fs::create_dir_all(self.path()).map_err(io)?;
        if is_marked(self.path()).map_err(io)? {
            return Ok(());
        }
        self.refuse_strangers()?;
        match mark(self.path()) {
            // a full disk serves reads all the same: the next start marks it
            Err(error) if error.kind() == io::ErrorKind::StorageFull => Ok(()),
            marked => marked.map_err(io),
        }
    }

    /// Folders of earlier versions have no marker, and nothing but stores and a mirror.
    fn refuse_strangers(&self) -> Result<(), DataError> {
        let path = self.path();
        let found = first_stranger(path).map_err(|source| DataError::Io {
            path: path.to_owned(),
            source,
        })?;
        if let Some(found) = found {
            return Err(DataError::Foreign {
                path: path.to_owned(),
                found,
            });
        }
        for store in [self.config(), self.rollout()] {
            if store.exists() {
                vortex_store::recognize(&store)?;
            }
        }
        Ok(())
    }
}

fn is_marked(path: &Path) -> io::Result<bool> {
    match fs::read(path.join(MARKER)) {
        Ok(text) => Ok(text.starts_with(MAGIC.as_bytes())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn first_stranger(path: &Path) -> io::Result<Option<String>> {
    let mut strangers = Vec::new();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let ours = [CONFIG, ROLLOUT, DRIFT, MIRROR, MARKER_DRAFT, LOST_AND_FOUND];
        if !ours.contains(&name.as_str()) {
            strangers.push(name);
        }
    }
    Ok(strangers.into_iter().min())
}

/// Whole or not at all, whatever ends the process.
fn mark(path: &Path) -> io::Result<()> {
    let draft = path.join(MARKER_DRAFT);
    let mut file = File::create(&draft)?;
    file.write_all(MAGIC.as_bytes())?;
    file.sync_all()?;
    fs::rename(draft, path.join(MARKER))?;
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        let names = fs::read_dir(path).unwrap().map(name);
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_an_empty_and_a_marked_folder_are_ours() {
        let place = tempfile::tempdir().unwrap();
        let data = Data::Kept(place.path().join("some/where"));
        for _ in 0..2 {
            data.claim().unwrap();
            assert_eq!(names(data.path()), [MARKER]);
        }
        fs::write(data.path().join("notes.txt"), "mine").unwrap();
        data.claim().unwrap();
    }

    #[test]
    fn a_folder_of_an_earlier_version_is_marked() {
        let place = tempfile::tempdir().unwrap();
        let data = Data::Kept(place.path().to_owned());
        fs::create_dir_all(data.config()).unwrap();
        fs::write(data.config().join("FORMAT"), "vortex-store\n").unwrap();
        fs::create_dir(data.mirror()).unwrap();
        data.claim().unwrap();
        assert_eq!(names(data.path()), [MARKER, CONFIG, MIRROR]);
    }

    #[test]
    fn a_folder_of_another_program_is_named_and_left_as_it_is() {
        for stranger in ["a.txt", "config/notes.txt", "VORTEX", "rollout/db/x.sst"] {
            let place = tempfile::tempdir().unwrap();
            let path = place.path().join(stranger);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "theirs").unwrap();
            let before = names(place.path());
            let data = Data::Kept(place.path().to_owned());
            let told = data.claim().unwrap_err().to_string();
            let found = stranger
                .trim_start_matches("config/")
                .trim_start_matches("rollout/");
            let found = found.trim_end_matches("/x.sst");
            assert!(told.contains(&format!("{found:?}")), "{told}");
            assert_eq!(names(place.path()), before);
        }
    }
}
