//! One batch as fjall 3 writes it: a start with the count of items and the batch's number, the
//! items, and an end with the checksum of the items' bytes. Numbers are little-endian.

use std::io::{self, ErrorKind, Read};

use xxhash_rust::xxh3::Xxh3;

use crate::limits::MAX_VALUE_BYTES;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const TRAILER: [u8; 4] = *b"FJL\x03";
const UNCOMPRESSED: u8 = 0;
/// A value as it is stored: with its revision.
const MAX_STORED_BYTES: usize = MAX_VALUE_BYTES + size_of::<u64>();

/// A whole batch, its checksum right.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) number: u64,
    pub(super) length: u64,
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
        for _ in 0..count {
            read_item(reader, &mut item)?;
            checksum.update(&item);
            length += item.len() as u64;
        }
        expect(reader, [END])?;
        expect(reader, checksum.digest().to_le_bytes())?;
        expect(reader, TRAILER)?;
        Ok(Self {
            number,
            length: length + 1 + 8 + 4,
        })
    }
}

/// Reads an item's bytes: kind, keyspace, lengths, key and value.
fn read_item(reader: &mut impl Read, item: &mut Vec<u8>) -> io::Result<()> {
    const KEY_LENGTH: usize = 1 + 1 + 1 + 8;
    let header: [u8; KEY_LENGTH + 2 + 4 + 4] = take(reader)?;
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
    reader.read_exact(&mut item[start..])
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
