//! Reading runs of keys, page by page.

use bytes::{BufMut, Bytes, BytesMut};

use crate::Entry;
use crate::limits::MAX_PAGE_ENTRIES;

/// A run of keys to read, in key order or backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first key that belongs to it.
    pub start: Bytes,
    /// The first key that no longer does; empty for none, which reads to the end of the store.
    pub end: Bytes,
    /// Most entries to answer, between 1 and [`MAX_PAGE_ENTRIES`](crate::MAX_PAGE_ENTRIES);
    /// other numbers are brought to the nearer of these.
    pub limit: usize,
    /// Whether values are left out.
    pub keys_only: bool,
    /// Whether the last key comes first.
    pub reverse: bool,
}

/// One answer to a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The entries, all of one moment.
    pub entries: Vec<Entry>,
    /// Whether the range holds more after them.
    pub more: bool,
}

impl Range {
    /// The keys from `start` up to, and without, `end`, in pages of the largest size.
    #[must_use]
    pub fn new(start: impl Into<Bytes>, end: impl Into<Bytes>) -> Self {
        Self {
            start: start.into(),
            end: end.into(),
            limit: MAX_PAGE_ENTRIES,
            keys_only: false,
            reverse: false,
        }
    }

    /// The keys that begin with `prefix`.
    #[must_use]
    pub fn prefix(prefix: impl Into<Bytes>) -> Self {
        let prefix = prefix.into();
        let end = end_of_prefix(&prefix);
        Self::new(prefix, end)
    }

    /// Answers at most `limit` entries a page.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Leaves values out.
    #[must_use]
    pub fn keys_only(mut self) -> Self {
        self.keys_only = true;
        self
    }

    /// Reads from the last key to the first.
    #[must_use]
    pub fn reverse(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// What is left of the range after `page`, or nothing when that was its last.
    #[must_use]
    pub fn after(&self, page: &Page) -> Option<Self> {
        let last = page.entries.last().filter(|_| page.more)?;
        let mut rest = self.clone();
        if self.reverse {
            rest.end = last.key.clone();
        } else {
            rest.start = successor(&last.key);
        }
        Some(rest)
    }

    /// Whether no key can belong to it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.end.is_empty() && self.start >= self.end
    }

    /// The limit that holds.
    pub(crate) fn page_size(&self) -> usize {
        self.limit.clamp(1, MAX_PAGE_ENTRIES)
    }
}

/// The key right after `key`.
fn successor(key: &[u8]) -> Bytes {
    let mut next = BytesMut::with_capacity(key.len() + 1);
    next.extend_from_slice(key);
    next.put_u8(0);
    next.freeze()
}

/// The first key after all that begin with `prefix`; empty when there is none.
fn end_of_prefix(prefix: &[u8]) -> Bytes {
    let kept = prefix
        .iter()
        .rposition(|&byte| byte != u8::MAX)
        .map_or(0, |last| last + 1);
    let mut end = BytesMut::from(&prefix[..kept]);
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    end.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_sibling() {
        assert_eq!(Range::prefix("log/").end, "log0");
        assert_eq!(Range::prefix(&b"a\xff\xff"[..]).end, "b");
    }

    #[test]
    fn a_prefix_without_a_sibling_reads_to_the_end() {
        assert_eq!(Range::prefix(&b"\xff\xff"[..]).end, "");
        assert_eq!(Range::prefix("").end, "");
    }
}
