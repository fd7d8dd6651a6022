//! The files of a change set.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{console::Notes, error::Error, file};

/// The most one change set may hold in all, in bytes.
const LIMIT: usize = 64 << 20;

/// Reads files, and the documents of folders, by the path each has as a document.
///
/// Fails when two have the same, and when they are more than any server takes.
pub(super) fn read(paths: &[PathBuf], notes: Notes) -> Result<BTreeMap<String, String>, Error> {
    let mut documents = BTreeMap::new();
    let mut size = 0;
    for path in paths {
        for path in expand(path, notes)? {
            let content = file::text(&path, file::read(&path)?)?;
            size += content.len();
            if size > LIMIT {
                return Err(refused(
                    "MESSAGE_TOO_LARGE",
                    format!("over {LIMIT} bytes in all"),
                ));
            }
            let name = name(&path)?;
            if documents.insert(name.clone(), content).is_some() {
                let message = format!("{name} is given twice: its file's name is its path");
                return Err(Error::Usage(message));
            }
        }
    }
    Ok(documents)
}

fn name(path: &Path) -> Result<String, Error> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.filter(|_| !file::is_stdin(path)).map(str::to_owned);
    name.ok_or_else(|| {
        let detail = format!("{} has no valid document name", file::name(path).display());
        refused("INVALID_NAME", detail)
    })
}

/// The path itself, or a folder's documents by name.
fn expand(path: &Path, notes: Notes) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable {
        path: path.to_owned(),
        source,
    };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).map_err(unreadable)?;
    let mut entries = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(unreadable)?;
    entries.sort();
    entries.retain(|entry| is_document(entry, notes));
    Ok(entries)
}

fn is_document(path: &Path, notes: Notes) -> bool {
    let document = path.is_file() && file::media_type(path).is_some();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if !document && !name.starts_with('.') {
        notes.note(format_args!(
            "{} is skipped: it is not a document",
            path.display()
        ));
    }
    document && !name.starts_with('.')
}

fn refused(code: &'static str, detail: String) -> Error {
    Error::Input { code, detail }
}
