//! Opening the database in a store's folder, unless something of it is missing.
//!
//! The engine takes a folder for what is in it: files that somebody removed it makes anew, or does
//! not miss, and what they held is gone without a word. So what must be there is checked before
//! the engine opens, while nothing is changed yet.

use std::path::Path;

use lsm_tree::{AbstractTree, SequenceNumberCounter};

use super::database::Database;
use super::error::OpenError;
use super::folder::Folder;
use super::format::Reached;
use super::journal::{self, Refused};
use super::record::{self, Span};
use crate::Revision;

/// What tells the engine that a part of it exists. Made with the store, and only ever replaced.
const MARKERS: [&str; 3] = ["version", "keyspaces/0/current", "keyspaces/1/current"];
/// Where the tables are: the one keyspace beside the engine's own.
const TABLES: &str = "keyspaces/1";

/// Opens the database of a folder, and answers its latest revision too.
pub(super) fn open(folder: &Folder) -> Result<(Database, Revision), OpenError> {
    let path = || folder.path().to_owned();
    check(folder)?;
    let database =
        Database::open(&folder.engine()).map_err(|error| OpenError::engine(path(), error))?;
    match database.revision() {
        Ok(Some(revision)) => Ok((database, revision)),
        Ok(None) => Err(corrupt(folder, "its revision cannot be decoded".to_owned())),
        Err(error) => Err(OpenError::engine(path(), error)),
    }
}

/// Refuses a folder that lacks what was written to it.
fn check(folder: &Folder) -> Result<(), OpenError> {
    let io = |error| OpenError::io(folder.path().to_owned(), error);
    let engine = folder.engine();
    let reached = folder.reached();
    if let Some(missing) = MARKERS.iter().find(|marker| !engine.join(marker).exists()) {
        return Err(missing_file(folder, &engine.join(missing)));
    }
    let journals = journal::check(&engine, reached.journal).map_err(|refused| match refused {
        Refused::Damaged(journal) => corrupt(
            folder,
            format!("{} has lost what it held", journal.display()),
        ),
        Refused::Missing(journal) => missing_file(folder, &journal),
        Refused::Io(error) => io(error),
    })?;
    let tables = in_tables(&engine.join(TABLES))
        .map_err(|error| OpenError::engine(folder.path().to_owned(), error.into()))?;
    if let Some(Span { after, to }) = journals.cover.gap(tables) {
        let reason = format!(
            "the revisions after {after} up to {to} are neither in its tables nor in its \
             journals: put the .jnl files back that were removed from {}, or restore a backup",
            engine.display()
        );
        return Err(corrupt(folder, reason));
    }
    check_revision(folder, journals.cover.latest(tables), reached)?;
    journals.repair().map_err(io)
}

fn check_revision(folder: &Folder, found: Revision, reached: Reached) -> Result<(), OpenError> {
    if found >= reached.revision {
        return Ok(());
    }
    let reason = format!(
        "it ends at revision {found}, and had {} before: put back what was removed or replaced \
         in {}, or restore a backup",
        reached.revision,
        folder.engine().display()
    );
    Err(corrupt(folder, reason))
}

/// The latest revision that is in tables, without the journals.
fn in_tables(path: &Path) -> lsm_tree::Result<Revision> {
    let counter = SequenceNumberCounter::default;
    let tree = lsm_tree::Config::new(path, counter(), counter()).open()?;
    let latest = tree.get(record::LATEST, lsm_tree::SeqNo::MAX)?;
    let revision = latest.and_then(|latest| record::revision(&latest));
    Ok(revision.unwrap_or(Revision::ABSENT))
}

fn missing_file(folder: &Folder, file: &Path) -> OpenError {
    let reason = format!(
        "{} is missing: put it back, or restore a backup",
        file.display()
    );
    corrupt(folder, reason)
}

fn corrupt(folder: &Folder, reason: String) -> OpenError {
    OpenError::Corrupt {
        path: folder.path().to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests;
