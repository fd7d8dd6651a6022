//! The layout of entries and of the store's own numbers in the engine's one keyspace.
//!
//! Entries are under `e` and their key, the value led by the revision that wrote it, big-endian.
//! The latest revision is under `r`, followed by the one before the group that wrote it: so each
//! batch in a journal tells which revisions it holds, and a missing journal leaves a gap.

use bytes::Bytes;

use crate::{Entry, Error, Range, Result, Revision};

/// Revisions in a row, written together or one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The one before the first.
    pub(super) after: Revision,
    /// The last.
    pub(super) to: Revision,
}

const ENTRY: u8 = b'e';
const AFTER_ENTRIES: u8 = b'f';
const REVISION_BYTES: usize = size_of::<u64>();

/// Where the latest revision is.
pub(super) const LATEST: [u8; 1] = *b"r";

/// Where the entry of `key` is.
pub(super) fn place(key: &[u8]) -> Vec<u8> {
    let mut place = Vec::with_capacity(1 + key.len());
    place.push(ENTRY);
    place.extend_from_slice(key);
    place
}

/// Where the entries of `range` are: from the first place up to, and without, the second.
pub(super) fn places(range: &Range) -> (Vec<u8>, Vec<u8>) {
    let end = if range.end.is_empty() {
        vec![AFTER_ENTRIES]
    } else {
        place(&range.end)
    };
    (place(&range.start), end)
}

/// The stored form of a value.
pub(super) fn encode(value: &[u8], modified: Revision) -> Vec<u8> {
    let mut stored = Vec::with_capacity(REVISION_BYTES + value.len());
    stored.extend_from_slice(&modified.0.to_be_bytes());
    stored.extend_from_slice(value);
    stored
}

/// The entry stored at a place. Its bytes are copies, so it keeps no block of the engine alive.
pub(super) fn decode(place: &[u8], stored: &[u8], keys_only: bool) -> Result<Entry> {
    let key = Bytes::copy_from_slice(place.get(1..).unwrap_or_default());
    let Some((revision, value)) = stored.split_first_chunk() else {
        return Err(Error::EntryCorrupt { key });
    };
    let value = if keys_only {
        Bytes::new()
    } else {
        Bytes::copy_from_slice(value)
    };
    Ok(Entry {
        key,
        value,
        modified: Revision(u64::from_be_bytes(*revision)),
    })
}

/// The stored form of [`LATEST`]: what a group after `after` has reached.
pub(super) fn encode_latest(span: Span) -> [u8; 2 * REVISION_BYTES] {
    let mut stored = [0; 2 * REVISION_BYTES];
    stored[..REVISION_BYTES].copy_from_slice(&span.to.0.to_be_bytes());
    stored[REVISION_BYTES..].copy_from_slice(&span.after.0.to_be_bytes());
    stored
}

/// Reads [`LATEST`]. Earlier versions did not tell what came before; then it may be anything.
pub(super) fn decode_latest(stored: &[u8]) -> Option<Span> {
    let (to, rest) = stored.split_first_chunk()?;
    let after = rest
        .first_chunk()
        .map_or(0, |after| u64::from_be_bytes(*after));
    Some(Span {
        after: Revision(after),
        to: Revision(u64::from_be_bytes(*to)),
    })
}

/// The revision that leads a stored value, or is stored as [`LATEST`].
pub(super) fn revision(stored: &[u8]) -> Option<Revision> {
    let (revision, _) = stored.split_first_chunk()?;
    Some(Revision(u64::from_be_bytes(*revision)))
}
