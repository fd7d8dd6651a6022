//! Files that are read once, when the process starts.

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Bytes of a file.
const LARGEST: u64 = 1 << 20;
/// What a mode says that lets others read a file.
const OTHERS: u32 = 0o077;

/// A file that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be read: {cause}", file.display())]
pub struct Unreadable {
    /// The file.
    pub file: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

/// A file's text.
pub(super) fn text(file: &Path) -> Result<String, Unreadable> {
    let read = File::open(file).and_then(|file| {
        let mut text = String::new();
        file.take(LARGEST + 1).read_to_string(&mut text)?;
        match text.len() as u64 > LARGEST {
            true => Err(io::Error::other("it has more than a mebibyte")),
            false => Ok(text),
        }
    });
    read.map_err(|cause| Unreadable {
        file: file.to_owned(),
        cause,
    })
}

/// Whether others than its owner can read a file.
pub(super) fn is_open(file: &Path) -> bool {
    let mode = file.metadata().map(|found| found.permissions().mode());
    mode.is_ok_and(|mode| mode & OTHERS != 0)
}
