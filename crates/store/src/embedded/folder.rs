//! The folder of a store: how one is told from a stranger's, made whole, and locked.
//!
//! `LOCK` is the lock, `FORMAT` the identity and what was reached, `db` the engine's files. A store
//! is made in `creating`, then `FORMAT` appears, then `creating` becomes `db`: whichever step a
//! crash stops, the next open tells an unfinished creation, which holds nothing, from a damaged
//! store.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Mode, OFlags};

use super::database::Database;
use super::error::OpenError;
use super::format::{Format, Reached, Unusable, VERSION};
use super::journal;
use super::lock::{Lock, Refused};
use super::place::Place;
use crate::{Revision, StoreId};

pub(super) const LOCK: &str = "LOCK";
const FORMAT: &str = "FORMAT";
const FORMAT_DRAFT: &str = "FORMAT.new";
const ENGINE: &str = "db";
const ENGINE_DRAFT: &str = "creating";
/// What the engine keeps in its folder, beside journals.
const ENGINES: [&str; 3] = ["keyspaces", "lock", "version"];
/// File systems put this into the root of a fresh volume.
const LOST_AND_FOUND: &str = "lost+found";

/// A store's folder, locked, whole, and with a known identity.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// The folder itself, wherever it is moved.
    dir: File,
    format: Format,
    place: Arc<Place>,
    _lock: Lock,
}

impl Folder {
    /// Opens the store's folder at `path`, or makes one where there is nothing.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let path = std::path::absolute(path).map_err(|error| failed(path, error))?;
        create_durably(&path).map_err(|error| failed(&path, error))?;
        refuse_strangers(&path)?;
        let lock = lock(&path)?;
        let dir = File::open(&path).map_err(|error| failed(&path, error))?;
        let format = match read_format(&path)? {
            Some(format) => finish_creation(&path, format)?,
            None => create(&path, &dir)?,
        };
        let place = Place::new(&path).map_err(|error| failed(&path, error))?;
        Ok(Self {
            path,
            dir,
            format,
            place: Arc::new(place),
            _lock: lock,
        })
    }

    /// Where its files are.
    pub(super) fn place(&self) -> Arc<Place> {
        Arc::clone(&self.place)
    }

    /// Where the engine's files are.
    pub(super) fn engine(&self) -> PathBuf {
        engine(&self.path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn store_id(&self) -> StoreId {
        self.format.store_id
    }

    /// The revision that its content must have reached.
    pub(super) fn reached(&self) -> Reached {
        self.format.reached
    }

    /// Notes that `revision` is durable, in a journal or in tables, and answers whether it did.
    /// Where that fails the note stays as it was: it asks for less then, and never for what is not
    /// there.
    pub(super) fn note(&mut self, revision: Revision) -> bool {
        // Another store may be where this one was. One that comes there from now on is not touched
        // either, since what is noted goes into the folder that was opened.
        if self.place.check().is_err() {
            return false;
        }
        // What is noted must not be more durable than what it is about.
        let engine = self.engine();
        let journal = journal::newest(&engine).and_then(|newest| {
            sync_folder(&engine)?;
            Ok(newest)
        });
        let Ok(journal) = journal else { return false };
        let reached = Reached { journal, revision };
        let format = Format {
            reached,
            ..self.format
        };
        if reached != self.format.reached && write_format(&self.dir, format).is_ok() {
            self.format = format;
        }
        self.place.set_journal(journal);
        self.format.reached == reached
    }
}

/// Where the engine's files are in the store's folder at `path`.
pub(super) fn engine(path: &Path) -> PathBuf {
    path.join(ENGINE)
}

/// Refuses a folder that is not a store's, before touching it: one that holds anything a store does
/// not, or that has no `FORMAT` and does not look like a creation that was cut short.
pub(super) fn refuse_strangers(path: &Path) -> Result<(), OpenError> {
    let io = |error| failed(path, error);
    let mut names = names(path).map_err(io)?;
    names.sort();
    let has_format = names.iter().any(|name| name == FORMAT);
    let mut found = names.iter().find(|name| !is_ours(name));
    if !has_format && found.is_none() {
        for name in &names {
            if is_strangers(path, name).map_err(io)? {
                found = Some(name);
            }
        }
    }
    match found {
        Some(name) => Err(OpenError::Foreign {
            path: path.to_owned(),
            found: name.to_string_lossy().into_owned(),
        }),
        None => Ok(()),
    }
}

fn is_ours(name: &OsStr) -> bool {
    const OURS: [&str; 6] = [
        LOCK,
        FORMAT,
        FORMAT_DRAFT,
        ENGINE,
        ENGINE_DRAFT,
        LOST_AND_FOUND,
    ];
    OURS.iter().any(|ours| name == *ours)
}

/// Whether another program made what has a name of ours: our lock holds a number at most, and the
/// engine's folder the engine's files.
fn is_strangers(path: &Path, name: &OsStr) -> io::Result<bool> {
    let found = path.join(name);
    if name == LOCK {
        let text = fs::read(&found)?;
        return Ok(text.iter().any(|byte| !b"0123456789\n".contains(byte)));
    }
    if name == ENGINE || name == ENGINE_DRAFT {
        return Ok(names(&found)?.iter().any(|name| !is_engines(name)));
    }
    Ok(false)
}

fn is_engines(name: &OsStr) -> bool {
    let is_journal = Path::new(name).extension() == Some(OsStr::new("jnl"));
    let is_draft = name.as_encoded_bytes().starts_with(b".tmp");
    is_journal || is_draft || ENGINES.iter().any(|engines| name == *engines)
}

fn names(path: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(path)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

fn lock(path: &Path) -> Result<Lock, OpenError> {
    Lock::take(&path.join(LOCK)).map_err(|refused| match refused {
        Refused::Held(holder) => OpenError::Locked {
            path: path.to_owned(),
            holder,
        },
        Refused::Io(error) => failed(path, error),
    })
}

fn read_format(path: &Path) -> Result<Option<Format>, OpenError> {
    let text = match fs::read(path.join(FORMAT)) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(path, error)),
    };
    Format::decode(&text)
        .map(Some)
        .map_err(|unusable| match unusable {
            Unusable::Newer(found) => OpenError::NewerFormat {
                path: path.to_owned(),
                found,
                supported: VERSION,
            },
            Unusable::Damaged => damaged(path, "its FORMAT file was not written by Vortex"),
        })
}

/// Does the last step of a creation that a crash may have left out.
fn finish_creation(path: &Path, format: Format) -> Result<Format, OpenError> {
    if !path.join(ENGINE).exists() {
        if !path.join(ENGINE_DRAFT).exists() {
            return Err(damaged(
                path,
                "its db folder is missing: put it back, or restore a backup",
            ));
        }
        publish(path, ENGINE_DRAFT, ENGINE).map_err(|error| failed(path, error))?;
    }
    Ok(format)
}

fn create(path: &Path, dir: &File) -> Result<Format, OpenError> {
    if path.join(ENGINE).exists() {
        return Err(damaged(
            path,
            "its FORMAT file is missing: put it back, or restore a backup",
        ));
    }
    create_engine(&path.join(ENGINE_DRAFT))?;
    let format = Format {
        store_id: StoreId::random(),
        reached: Reached::default(),
    };
    write_format(dir, format).map_err(|error| failed(path, error))?;
    finish_creation(path, format)
}

/// Makes an empty database, durable with all its folders, in place of an unfinished one.
fn create_engine(draft: &Path) -> Result<(), OpenError> {
    if draft.exists() {
        fs::remove_dir_all(draft).map_err(|error| failed(draft, error))?;
    }
    let engine = |error| OpenError::engine(draft.to_owned(), error);
    drop(Database::open(draft).map_err(engine)?);
    sync_tree(draft).map_err(|error| failed(draft, error))
}

/// Writes `FORMAT` into a folder, wherever that has been moved meanwhile.
fn write_format(dir: &File, format: Format) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
    let draft = rustix::fs::openat(dir, FORMAT_DRAFT, flags, Mode::from_raw_mode(0o666))?;
    let mut file = File::from(draft);
    file.write_all(format.encode().as_bytes())?;
    file.sync_all()?;
    rustix::fs::renameat(dir, FORMAT_DRAFT, dir, FORMAT)?;
    dir.sync_all()
}

fn publish(path: &Path, draft: &str, name: &str) -> io::Result<()> {
    fs::rename(path.join(draft), path.join(name))?;
    sync_folder(path)
}

/// Makes the folder and those above it that are missing, each durable in its parent.
fn create_durably(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let Some(parent) = path.parent() else {
        return Ok(());
    };
    create_durably(parent)?;
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if !path.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
        }
        made => made?,
    }
    sync_folder(parent)
}

fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn damaged(path: &Path, reason: &str) -> OpenError {
    OpenError::Corrupt {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

fn failed(path: &Path, error: io::Error) -> OpenError {
    OpenError::io(path.to_owned(), error)
}
