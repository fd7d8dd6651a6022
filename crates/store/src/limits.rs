//! Limits of one call, chosen so that every engine, including etcd, can serve it.

/// Compares and writes of one transaction, counted together.
pub const MAX_TRANSACTION_OPERATIONS: usize = 128;

/// Bytes of one transaction: 1.5 MiB over all its keys and values.
pub const MAX_TRANSACTION_BYTES: usize = 3 << 19;

/// Bytes of one value: 1.25 MiB.
pub const MAX_VALUE_BYTES: usize = 5 << 18;

/// Bytes of one key: 1 KiB.
pub const MAX_KEY_BYTES: usize = 1 << 10;

/// Entries of one page of a range.
pub const MAX_PAGE_ENTRIES: usize = 1 << 10;

/// Bytes after which a page ends early: 4 MiB over its keys and values. It may go over by one
/// entry, so a page always makes progress.
pub const MAX_PAGE_BYTES: usize = 4 << 20;
