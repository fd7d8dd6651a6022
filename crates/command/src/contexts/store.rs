//! The file the contexts are kept in.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::{Contexts, Error};
use crate::console::yaml;

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
        read(&text).map_err(|why| Error::Malformed {
            path: path.clone(),
            why,
        })
    }

    /// Replaces the file as a whole, so that a reader sees the old one or the new one.
    pub(crate) fn save(&self, contexts: &Contexts) -> Result<(), Error> {
        let path = self.path.as_deref().ok_or(Error::NoHome)?;
        let value = serde_json::to_value(contexts).map_err(|error| Error::Malformed {
            path: path.to_owned(),
            why: error.to_string(),
        })?;
        let text = yaml::write(&value);
        replace(path, text.as_bytes()).map_err(|error| failed(path, "written", error))
    }
}

fn read(text: &str) -> Result<Contexts, String> {
    let node = vortex_kit::yaml::parse(text).map_err(|error| error.to_string())?;
    match node.into_json() {
        Value::Null => Ok(Contexts::default()),
        value => serde_json::from_value(value).map_err(|error| error.to_string()),
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
