//! The file the contexts are kept in.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{Contexts, Error};

/// `vortex/contexts.yaml` in the folder of the user's settings.
#[derive(Debug)]
pub(crate) struct Store {
    path: Option<PathBuf>,
}

impl Store {
    /// In the folder of the user's settings; `None` keeps nothing.
    pub(crate) fn new(config_home: Option<&Path>) -> Self {
        Self {
            path: config_home.map(|home| home.join("vortex").join("contexts.yaml")),
        }
    }

    /// The contexts; none when there is no file.
    pub(crate) fn load(&self) -> Result<Contexts, Error> {
        let Some(path) = &self.path else {
            return Ok(Contexts::default());
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contexts::default()),
            Err(error) => return Err(failed(path, "read", error)),
        };
        if text.trim().is_empty() {
            return Ok(Contexts::default());
        }
        serde_norway::from_str(&text).map_err(|source| Error::Malformed {
            path: path.clone(),
            source,
        })
    }

    /// Replaces the file as a whole, so that a reader sees the old one or the new one.
    pub(crate) fn save(&self, contexts: &Contexts) -> Result<(), Error> {
        let path = self.path.as_deref().ok_or(Error::NoHome)?;
        let text = serde_norway::to_string(contexts).map_err(|source| Error::Malformed {
            path: path.to_owned(),
            source,
        })?;
        replace(path, text.as_bytes()).map_err(|error| failed(path, "written", error))
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // a file named by `new` has a folder
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn failed(path: &Path, deed: &'static str, source: io::Error) -> Error {
    Error::File {
        path: path.to_owned(),
        deed,
        source,
    }
}
