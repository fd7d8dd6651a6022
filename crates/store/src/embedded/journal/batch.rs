//! One batch as fjall 3 writes it: a start with the count of items and the batch's number, the
//! items, and an end with the checksum of the items' bytes. Numbers are little-endian.

use std::io::{self, ErrorKind, Read};

use xxhash_rust::xxh3::Xxh3;

use crate::embedded::record::{self, Span};
use crate::limits::MAX_VALUE_BYTES;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const TRAILER: [u8; 4] = *b"FJL\x03";
const UNCOMPRESSED: u8 = 0;
/// Of an item: kind, type, compression, keyspace, and the lengths of the key and of the value,
/// whole and compressed.
const HEADER_BYTES: usize = 1 + 1 + 1 + 8 + 2 + 4 + 4;
/// A value as it is stored: with its revision.
const MAX_STORED_BYTES: usize = MAX_VALUE_BYTES + size_of::<u64>();

/// A whole batch, its checksum right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) number: u64,
    pub(super) length: u64,
    /// The revisions that it makes, if it is a group's.
    pub(super) span: Option<Span>,
}

impl Batch {
    /// Reads the batch that begins here. What is not a whole batch is an error of the kind
    /// `InvalidData` or `UnexpectedEof`.
    pub(super) fn read(reader: &mut impl Read) -> io::Result<Self> {
        expect(reader, [START])?;
        let count = u32::from_le_bytes(take(reader)?);
        let number = u64::from_le_bytes(take(reader)?);
        let mut length = 1 + 4 + 8;
        let mut checksum = Xxh3::new();
        let mut item = Vec::new();
        let mut span = None;
        for _ in 0..count {
            let value = read_item(reader, &mut item)?;
            span = span.or(latest(&item, value));
            checksum.update(&item);
            length += item.len() as u64;
        }
        expect(reader, [END])?;
        expect(reader, checksum.digest().to_le_bytes())?;
        expect(reader, TRAILER)?;
        Ok(Self {
            number,
            length: length + 1 + 8 + 4,
            span,
        })
    }
}

/// What an item whose value begins at `value` says about the revisions of its batch.
fn latest(item: &[u8], value: usize) -> Option<Span> {
    let key = item.get(HEADER_BYTES..value)?;
    (key == record::LATEST).then(|| record::decode_latest(&item[value..]))?
}

/// Reads an item's bytes: kind, keyspace, lengths, key and value. Answers where the value begins.
fn read_item(reader: &mut impl Read, item: &mut Vec<u8>) -> io::Result<usize> {
    let header: [u8; HEADER_BYTES] = take(reader)?;
    let [
        ITEM,
        _,
        UNCOMPRESSED,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        _,
        k0,
        k1,
        ..,
        v0,
        v1,
        v2,
        v3,
    ] = header
    else {
        return Err(broken());
    };
    let key = usize::from(u16::from_le_bytes([k0, k1]));
    let value = u32::from_le_bytes([v0, v1, v2, v3]) as usize;
    if value > MAX_STORED_BYTES {
        return Err(broken());
    }
    item.clear();
    item.extend_from_slice(&header);
    let start = item.len();
    item.resize(start + key + value, 0);
    reader.read_exact(&mut item[start..])?;
    Ok(start + key)
}

fn take<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn expect<const N: usize>(reader: &mut impl Read, expected: [u8; N]) -> io::Result<()> {
    if take(reader)? == expected {
        Ok(())
    } else {
        Err(broken())
    }
}

fn broken() -> io::Error {
    ErrorKind::InvalidData.into()
}
