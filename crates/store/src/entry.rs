//! An entry: what a store holds under a key.

use bytes::Bytes;

use crate::Revision;

/// A key, its value, and the transaction that wrote it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Bytes,
    /// The value; empty in a page of keys only.
    pub value: Bytes,
    /// The revision of the transaction that wrote the value.
    pub modified: Revision,
}
