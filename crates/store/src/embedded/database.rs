//! The engine's files: fjall with the settings a store wants, and the store's entries in it.

use std::path::Path;
use std::time::Duration;

use fjall::{CompressionType, Keyspace, KeyspaceCreateOptions, PersistMode, Readable};

use super::group::Group;
use super::record;
use crate::limits::MAX_PAGE_BYTES;
use crate::{Cause, Entry, Error, Page, Range, Result, Revision};

/// Blocks of tables kept in memory.
const CACHE_BYTES: u64 = 4 << 20;
/// Most of what is written stays in memory until this much is there, then becomes a table.
const MEMTABLE_BYTES: u64 = 8 << 20;
/// The least fjall takes: a journal is preallocated, sparse, with 64 MiB.
const JOURNAL_BYTES: u64 = 64 << 20;
/// One for flushes and one for compactions.
const WORKERS: usize = 2;
/// Memtables that may wait to be flushed before commits are held back; fjall's own bound is one
/// higher, and there it could wait for ever.
const MAX_UNFLUSHED: usize = 2;
const FLUSH_POLL: Duration = Duration::from_millis(1);
const CACHED_FILES: usize = 64;

#[derive(Clone)]
pub(super) struct Database {
    pub(super) entries: Keyspace,
    pub(super) engine: fjall::Database,
}

impl Database {
    /// Opens the database at `path`, or makes one.
    pub(super) fn open(path: &Path) -> fjall::Result<Self> {
        let engine = fjall::Database::builder(path)
            .cache_size(CACHE_BYTES)
            .max_cached_files(Some(CACHED_FILES))
            .max_journaling_size(JOURNAL_BYTES)
            .manual_journal_persist(true)
            .journal_compression(CompressionType::None)
            .worker_threads(WORKERS)
            .open()?;
        let entries = engine.keyspace("entries", || {
            KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE_BYTES)
        })?;
        Ok(Self { entries, engine })
    }

    /// The latest revision; 0 before the first transaction. Nothing if it cannot be decoded.
    pub(super) fn revision(&self) -> fjall::Result<Option<Revision>> {
        let stored = self.entries.get(record::LATEST)?;
        Ok(stored.map_or(Some(Revision::ABSENT), |stored| record::revision(&stored)))
    }

    pub(super) fn entry(&self, key: &[u8]) -> Result<Option<Entry>> {
        let place = record::place(key);
        // A snapshot, since a plain read may see half of a batch that is being applied.
        let stored = self
            .engine
            .snapshot()
            .get(&self.entries, &place)
            .map_err(unread)?;
        stored
            .map(|stored| record::decode(&place, &stored, false))
            .transpose()
    }

    /// The revision that wrote `key` last, for the one thread that writes.
    pub(super) fn modified(&self, key: &[u8]) -> Result<Revision> {
        let stored = self.entries.get(record::place(key)).map_err(unread)?;
        let Some(stored) = stored else {
            return Ok(Revision::ABSENT);
        };
        let corrupt = || Error::EntryCorrupt {
            key: bytes::Bytes::copy_from_slice(key),
        };
        record::revision(&stored).ok_or_else(corrupt)
    }

    pub(super) fn page(&self, range: &Range) -> Result<Page> {
        let mut page = Page {
            entries: Vec::new(),
            more: false,
        };
        if range.is_empty() {
            return Ok(page);
        }
        let (start, end) = record::places(range);
        let mut found = self.engine.snapshot().range(&self.entries, start..end);
        let mut bytes = 0;
        loop {
            let next = if range.reverse {
                found.next_back()
            } else {
                found.next()
            };
            let Some(guard) = next else { return Ok(page) };
            if page.entries.len() == range.page_size() || bytes >= MAX_PAGE_BYTES {
                page.more = true;
                return Ok(page);
            }
            let (place, stored) = guard.into_inner().map_err(unread)?;
            let entry = record::decode(&place, &stored, range.keys_only)?;
            bytes += entry.key.len() + entry.value.len();
            page.entries.push(entry);
        }
    }

    /// Writes and syncs a group as one batch. The batch is applied to what reads see only after
    /// the sync, and is there whole or not at all.
    pub(super) fn write(&self, group: &Group) -> fjall::Result<()> {
        let batch = self.engine.batch();
        let mut batch = batch.durability(Some(PersistMode::SyncData));
        for (key, write) in group.writes() {
            let place = record::place(key);
            match write {
                Some((value, modified)) => {
                    batch.insert(&self.entries, place, record::encode(value, modified));
                }
                None => batch.remove(&self.entries, place),
            }
        }
        batch.insert(
            &self.entries,
            record::LATEST,
            record::encode_latest(group.span()),
        );
        self.wait_for_flushes(MAX_UNFLUSHED)?;
        batch.commit()
    }

    /// Bytes in memory that are to be written to tables.
    pub(super) fn unflushed_bytes(&self) -> u64 {
        self.engine.write_buffer_size()
    }

    /// Bytes of all tables.
    pub(super) fn table_bytes(&self) -> u64 {
        self.entries.disk_space()
    }

    /// Moves all that is in memory into tables, durably, and waits for it.
    pub(super) fn flush(&self) -> fjall::Result<()> {
        self.entries.rotate_memtable()?;
        self.wait_for_flushes(0)
    }

    /// Rewrites the tables without what was overwritten and deleted.
    pub(super) fn compact(&self) -> fjall::Result<()> {
        self.flush()?;
        self.entries.major_compact()
    }

    /// Waits until at most `left` memtables are to be flushed. The engine tells nobody when it
    /// has flushed one, and waits for ever itself once its workers have failed.
    fn wait_for_flushes(&self, left: usize) -> fjall::Result<()> {
        while self.entries.sealed_memtable_count() > left {
            self.check()?;
            std::thread::sleep(FLUSH_POLL);
        }
        Ok(())
    }

    /// Whether the engine still takes writes; a failure in its own threads stops it too.
    fn check(&self) -> fjall::Result<()> {
        self.engine.persist(PersistMode::Buffer)
    }
}

fn unread(error: fjall::Error) -> Error {
    Error::ReadFailed {
        source: Cause::new(error),
    }
}
