//! Checks that the file system has room for a write and for all that follows from it.
//!
//! A group goes into the journal at once; later the engine's threads write it again into a table,
//! and rewrite tables. None of these can be given up half way, so all of them must fit before the
//! first byte is written. Other programs may still take the room in between: then
//! [`Committer`](super::committer::Committer) takes back what is half written.

use std::path::Path;

use super::database::Database;
use crate::{Error, Result, Shortage};

/// For other programs, for the engine's small files, and for stores beside this one.
const SPARE_BYTES: u64 = 16 << 20;
/// Tables that the engine rewrites at once; more than this is not held back for them.
const MAX_REWRITTEN_BYTES: u64 = 256 << 20;
/// The most bytes in memory that are still to be written to tables.
const MAX_UNFLUSHED_BYTES: u64 = 64 << 20;
/// Files that the engine makes at once: a journal, tables, and versions of them.
const SPARE_FILES: u64 = 16;

/// The free space of a file system.
struct Free {
    bytes: u64,
    /// Nothing where it does not count them.
    files: Option<u64>,
}

/// Checks that a group of `bytes` can be written, and tables after it.
pub(super) fn check_group(database: &Database, path: &Path, bytes: u64) -> Result<()> {
    let tables = || database.table_bytes().min(MAX_REWRITTEN_BYTES);
    check(database, path, bytes, MAX_REWRITTEN_BYTES, tables)
}

/// Checks that all tables can be rewritten.
pub(super) fn check_compaction(database: &Database, path: &Path) -> Result<()> {
    let tables = database.table_bytes();
    check(database, path, 0, tables, || tables)
}

/// Looks closely only where there is less than could be needed at the most.
fn check(
    database: &Database,
    path: &Path,
    bytes: u64,
    most: u64,
    tables: impl FnOnce() -> u64,
) -> Result<()> {
    // A file system that can't tell is taken at its word once it refuses.
    let Some(free) = free(path) else {
        return Ok(());
    };
    if let Some(files) = free.files.filter(|files| *files < SPARE_FILES) {
        return Err(Error::Full(Shortage::Files {
            free: files,
            needed: SPARE_FILES,
        }));
    }
    if free.bytes >= SPARE_BYTES + MAX_UNFLUSHED_BYTES + bytes + most {
        return Ok(());
    }
    let needed = SPARE_BYTES + database.unflushed_bytes() + bytes + tables();
    if free.bytes >= needed {
        return Ok(());
    }
    Err(Error::Full(Shortage::Bytes {
        free: free.bytes,
        needed,
    }))
}

fn free(path: &Path) -> Option<Free> {
    let found = rustix::fs::statvfs(path).ok()?;
    Some(Free {
        bytes: found.f_bavail.saturating_mul(found.f_frsize),
        files: (found.f_files > 0).then_some(found.f_favail),
    })
}
