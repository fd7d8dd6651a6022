//! The keys of the store.

use bytes::{BufMut as _, Bytes, BytesMut};
use vortex_store::Range;

use crate::domain::{Seq, Sha256};

/// The key of the last sequence number.
pub(super) const HEAD: Bytes = Bytes::from_static(b"head");
/// The key of the pointer to the checkpoint in force.
pub(super) const CHECKPOINT: Bytes = Bytes::from_static(b"checkpoint");

const BLOB: &[u8] = b"blob/";
const LOG: &[u8] = b"log/";
const PART: &[u8] = b"part/";
const DENIAL: &[u8] = b"denial/";
const CHECKPOINT_PART: &[u8] = b"checkpoint/";

pub(super) fn blob(sha256: &Sha256) -> Bytes {
    prefixed(BLOB, &[&sha256.0])
}

pub(super) fn blobs() -> Range {
    Range::prefix(Bytes::from_static(BLOB)).keys_only()
}

/// The hash in a blob's key.
pub(super) fn blob_hash(key: &[u8]) -> Option<Sha256> {
    let hash = key.strip_prefix(BLOB)?;
    Some(Sha256(hash.try_into().ok()?))
}

pub(super) fn log(seq: Seq) -> Bytes {
    prefixed(LOG, &[&seq.0.to_be_bytes()])
}

/// The records after `after`, oldest first.
pub(super) fn log_after(after: Seq) -> Range {
    Range::new(log(after.next()), Bytes::from_static(b"log0"))
}

/// The records before `before`.
pub(super) fn log_before(before: Seq) -> Range {
    Range::new(Bytes::from_static(LOG), log(before))
}

/// The records up to `through`, without their values.
pub(super) fn log_through(through: Seq) -> Range {
    Range::new(Bytes::from_static(LOG), log(through.next())).keys_only()
}

pub(super) fn part(seq: Seq, index: u32) -> Bytes {
    prefixed(PART, &[&seq.0.to_be_bytes(), &index.to_be_bytes()])
}

/// The parts of the record at `seq`.
pub(super) fn parts(seq: Seq) -> Range {
    Range::prefix(prefixed(PART, &[&seq.0.to_be_bytes()]))
}

/// The parts of records up to `through`, without their values.
pub(super) fn parts_through(through: Seq) -> Range {
    let end = prefixed(PART, &[&through.next().0.to_be_bytes()]);
    Range::new(Bytes::from_static(PART), end).keys_only()
}

pub(super) fn checkpoint_part(generation: u64, index: u32) -> Bytes {
    prefixed(
        CHECKPOINT_PART,
        &[&generation.to_be_bytes(), &index.to_be_bytes()],
    )
}

/// The parts of one checkpoint.
pub(super) fn checkpoint_parts(generation: u64) -> Range {
    Range::prefix(prefixed(CHECKPOINT_PART, &[&generation.to_be_bytes()]))
}

/// The parts of every checkpoint, without their values.
pub(super) fn all_checkpoint_parts() -> Range {
    Range::prefix(Bytes::from_static(CHECKPOINT_PART)).keys_only()
}

/// The position in a key of a record or of a part of one.
pub(super) fn seq_of(key: &[u8]) -> Option<Seq> {
    number_of(key).map(Seq)
}

/// The generation in a key of a checkpoint's part.
pub(super) fn generation_of(key: &[u8]) -> Option<u64> {
    number_of(key)
}

fn number_of(key: &[u8]) -> Option<u64> {
    let slash = key.iter().position(|byte| *byte == b'/')?;
    let bytes = key.get(slash + 1..slash + 9)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

pub(super) fn denial(number: u64) -> Bytes {
    prefixed(DENIAL, &[&number.to_be_bytes()])
}

/// The refused calls before a number.
pub(super) fn denials_before(before: u64) -> Range {
    Range::new(Bytes::from_static(DENIAL), denial(before))
}

/// The number in a refused call's key.
pub(super) fn denial_number(key: &[u8]) -> Option<u64> {
    let number = key.strip_prefix(DENIAL)?;
    Some(u64::from_be_bytes(number.try_into().ok()?))
}

fn prefixed(prefix: &[u8], parts: &[&[u8]]) -> Bytes {
    let length = prefix.len() + parts.iter().map(|part| part.len()).sum::<usize>();
    let mut key = BytesMut::with_capacity(length);
    key.put_slice(prefix);
    for part in parts {
        key.put_slice(part);
    }
    key.freeze()
}
