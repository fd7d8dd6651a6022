//! The file the contexts are kept in.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tempfile::Builder;

use super::{Contexts, Error, key::without_secrets};
use crate::console::yaml;

/// The permissions of a file that holds keys.
const FILE: u32 = 0o600;
/// Those of the folder it is in.
const FOLDER: u32 = 0o700;
/// What others may not have of it.
const OTHERS: u32 = 0o077;

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
    ///
    /// Fails when one holds a key, and the file is not its owner's alone.
    pub(crate) fn load(&self) -> Result<Contexts, Error> {
        let Some(path) = &self.path else {
            return Ok(Contexts::default());
        };
        let (text, mode) = match open(path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Contexts::default()),
            Err(error) => return Err(failed(path, "read", error)),
        };
        let contexts = read(&text).map_err(|why| Error::Malformed {
            path: path.clone(),
            why: without_secrets(&why),
        })?;
        if contexts.hold_keys() && mode & OTHERS != 0 {
            let path = path.clone();
            return Err(Error::Open { path, mode });
        }
        Ok(contexts)
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

/// The text of a file and its permissions, of the same file even if it is replaced meanwhile.
fn open(path: &Path) -> io::Result<(String, u32)> {
    let mut file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, mode))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // a file named by `new` has a folder
    let folder = path.parent().unwrap_or(Path::new("."));
    make(folder)?;
    let private = Permissions::from_mode(FILE);
    let mut file = Builder::new().permissions(private).tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

/// Makes our folder its owner's alone, also where it was there before.
fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(FOLDER).create(folder)?;
    match folder.metadata()?.permissions().mode() & 0o777 {
        FOLDER => Ok(()),
        _ => fs::set_permissions(folder, Permissions::from_mode(FOLDER)),
    }
}

fn failed(path: &Path, deed: &'static str, source: io::Error) -> Error {
    Error::File {
        path: path.to_owned(),
        deed,
        source,
    }
}
