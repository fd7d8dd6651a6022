//! Files that are read once, when the process starts.

use std::path::{Path, PathBuf};

use vortex_kit::{
    settings::{Secret, small_file},
    yaml::Text,
};
use vortex_tls::is_open_to_others;

use super::{Why, Wrong};

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
        let text = small_file(&file).map_err(|error| Wrong::from(error).at(named.line))?;
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
