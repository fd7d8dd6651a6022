//! Inputs kept as files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::Parser;

/// Where the inputs of all parsers are.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// The inputs of a parser, in the order of their names.
///
/// # Errors
/// They can't be read.
pub fn inputs(parser: &Parser) -> io::Result<Vec<Vec<u8>>> {
    let entries = fs::read_dir(folder().join(parser.name))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    paths.iter().map(fs::read).collect()
}

/// Keeps an input under a name made of its content, and says where.
///
/// # Errors
/// It can't be written.
pub fn keep(parser: &Parser, input: &[u8]) -> io::Result<PathBuf> {
    let digest = hex::encode(&Sha256::digest(input)[..6]);
    let folder = folder().join(parser.name);
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("found-{digest}"));
    fs::write(&path, input)?;
    Ok(path)
}
