//! Files that are read once, when the process starts.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use vortex_kit::settings::Secret;
use vortex_tls::is_open_to_others;

use super::{Why, Wrong, fields::Text, wrong::Unreadable};

/// Bytes of a file.
const LARGEST: u64 = 1 << 20;
/// Bytes of a secret.
const MAX_SECRET: usize = 4_096;

/// The files of secrets that were read.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    folder: PathBuf,
    files: Vec<PathBuf>,
}

impl Secrets {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            files: Vec::new(),
        }
    }

    /// The path of a file that is named.
    pub(super) fn file(&self, named: &Text) -> PathBuf {
        self.folder.join(&named.text)
    }

    /// What a file holds that is a secret of at least so many bytes.
    pub(super) fn read(&mut self, named: &Text, least: usize) -> Result<Secret, Why> {
        let file = self.file(named);
        let text = text(&file).map_err(|error| Wrong::from(error).at(named.line))?;
        self.files.push(file);
        let secret = text.trim();
        let fits = (least..=MAX_SECRET).contains(&secret.len());
        match fits && !secret.contains(char::is_control) {
            // every text is one
            true => secret
                .parse()
                .map_err(|never: std::convert::Infallible| match never {}),
            false => Err(Wrong::Secret { least }.at(named.line)),
        }
    }

    /// Those that others than their owner can read.
    pub(super) fn open_to_others(&self) -> impl Iterator<Item = &Path> {
        let is_open =
            |file: &&PathBuf| file.metadata().is_ok_and(|found| is_open_to_others(&found));
        self.files.iter().filter(is_open).map(PathBuf::as_path)
    }
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
