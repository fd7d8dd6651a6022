//! Opening the database in a store's folder, unless something of it is missing.
//!
//! The engine takes a folder for what is in it: files that somebody removed it makes again, or does
//! not miss, and what they held is gone without a word. So what must be there is checked before
//! the engine opens, while nothing is changed yet.

use std::path::{Path, PathBuf};

use lsm_tree::{AbstractTree, SequenceNumberCounter};

use super::database::Database;
use super::error::OpenError;
use super::folder::Folder;
use super::format::Reached;
use super::journal::{self, Refused};
use super::record::{self, Span};
use crate::Revision;

/// The files that tell the engine which of its parts exist. They are made with the store and only
/// ever replaced.
const MARKERS: [&str; 3] = ["version", "keyspaces/0/current", "keyspaces/1/current"];
/// Where the tables are: the one keyspace beside the engine's own.
const TABLES: &str = "keyspaces/1";

/// The state in which the store was left, as found when it was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The latest revision that is there.
    pub revision: Revision,
    /// The revision that was noted outside the journal: nothing up to it is missing. It is the
    /// latest after an orderly close, and at most a second older after a kill.
    pub noted: Revision,
    /// The journal whose last batch was not whole, and was cut off.
    pub torn: Option<PathBuf>,
}

/// Opens the database of a folder, and says what was found.
pub(super) fn open(folder: &Folder) -> Result<(Database, Recovery), OpenError> {
    let path = || folder.path().to_owned();
    let torn = check(folder)?;
    let database =
        Database::open(&folder.engine()).map_err(|error| OpenError::engine(path(), error))?;
    match database.revision() {
        Ok(Some(revision)) => {
            let noted = folder.reached().revision;
            Ok((
                database,
                Recovery {
                    revision,
                    noted,
                    torn,
                },
            ))
        }
        Ok(None) => Err(corrupt(folder, "its revision cannot be decoded".to_owned())),
        Err(error) => Err(OpenError::engine(path(), error)),
    }
}

/// Opens an engine again that was closed, at `revision` and nothing after it. Nothing if it is at
/// another one.
pub(super) fn reopen(engine: &Path, revision: Revision) -> fjall::Result<Option<Database>> {
    journal::cut_after(engine, revision)?;
    let database = Database::open(engine)?;
    let is_there = database.revision()? == Some(revision);
    Ok(is_there.then_some(database))
}

/// Refuses a folder that lacks what was written to it. Answers the journal that it fixed.
fn check(folder: &Folder) -> Result<Option<PathBuf>, OpenError> {
    let io = |error| OpenError::io(folder.path().to_owned(), error);
    let engine = folder.engine();
    let reached = folder.reached();
    if let Some(missing) = MARKERS.iter().find(|marker| !engine.join(marker).exists()) {
        return Err(missing_file(folder, &engine.join(missing)));
    }
    let journals = journal::check(&engine, reached.journal).map_err(|refused| match refused {
        Refused::Damaged(journal) => corrupt(
            folder,
            format!("{} has lost its content", journal.display()),
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
    journals.repair().map_err(io)?;
    Ok(journals.into_torn())
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
