//! Files that settings name, which are read once, when the process starts.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// Bytes of a file.
const LARGEST: u64 = 1 << 20;

/// A file that can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be read: {cause}", file.display())]
pub struct Unreadable {
    /// The file.
    pub file: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

/// The text of a file of a mebibyte at most.
///
/// # Errors
/// It can't be read, is larger, or is no UTF-8.
pub fn small_file(file: &Path) -> Result<String, Unreadable> {
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
