//! How far a sink has come, and where that is stored.

use std::{collections::BTreeMap, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};
use vortex_store::{Error, Range, Revision, Store, Transaction};

/// The prefix of the keys under which positions are stored.
const GROUP: &str = "notify/";
/// The first byte of what is stored: the version of its form. A revision of eight bytes, the highest
/// first, and a key follow.
const VERSION: u8 = 1;

/// A place in a log: after the entry with this key that this revision wrote. A later one is
/// greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) revision: Revision,
    pub(crate) key: Bytes,
}

/// The stored positions of a service's sinks.
#[derive(Clone)]
pub(crate) struct Positions {
    store: Arc<dyn Store>,
}

impl Position {
    /// The place after all that was written up to this revision: before the first key of the next.
    pub(crate) fn after(revision: Revision) -> Self {
        Self {
            revision: revision.next(),
            key: Bytes::new(),
        }
    }

    /// The last revision of which nothing is left.
    pub(crate) fn done(&self) -> Revision {
        Revision(self.revision.0.saturating_sub(1))
    }

    fn encode(&self) -> Bytes {
        let mut encoded = BytesMut::with_capacity(9 + self.key.len());
        encoded.put_u8(VERSION);
        encoded.put_u64(self.revision.0);
        encoded.put_slice(&self.key);
        encoded.freeze()
    }

    fn decode(stored: &Bytes) -> Option<Self> {
        let (version, rest) = stored.split_first()?;
        let (revision, key) = rest.split_first_chunk()?;
        (*version == VERSION).then(|| Self {
            revision: Revision(u64::from_be_bytes(*revision)),
            key: stored.slice_ref(key),
        })
    }
}

impl Positions {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// All that are stored, by their sinks' names.
    ///
    /// # Errors
    /// When they can't be read. One that says nothing is left out, as if its sink were new.
    pub(crate) async fn load(&self) -> Result<BTreeMap<String, Position>, Error> {
        let mut positions = BTreeMap::new();
        let mut rest = Some(Range::prefix(GROUP));
        while let Some(range) = rest {
            let page = self.store.range(range.clone()).await?;
            rest = range.after(&page);
            for entry in page.entries {
                let name = String::from_utf8_lossy(&entry.key[GROUP.len()..]).into_owned();
                match Position::decode(&entry.value) {
                    Some(position) => drop(positions.insert(name, position)),
                    None => tracing::error!(sink = name, "its position is stored in no known form"),
                }
            }
        }
        Ok(positions)
    }

    /// Stores how far a sink has come.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn save(&self, sink: &str, position: &Position) -> Result<(), Error> {
        let save = Transaction::new().put(key(sink), position.encode());
        self.store.commit(save).await.map(drop)
    }

    /// Forgets a sink.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn forget(&self, sink: &str) -> Result<(), Error> {
        let forget = Transaction::new().delete(key(sink));
        self.store.commit(forget).await.map(drop)
    }
}

fn key(sink: &str) -> Bytes {
    format!("{GROUP}{sink}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(revision: u64, key: &'static str) -> Position {
        Position {
            revision: Revision(revision),
            key: key.into(),
        }
    }

    #[test]
    fn positions_are_in_the_order_of_commits_and_then_of_keys() {
        let in_order = [
            position(1, "b"),
            Position::after(Revision(1)),
            position(2, "a"),
            position(2, "b"),
            Position::after(Revision(2)),
        ];
        assert!(in_order.is_sorted_by(|one, next| one < next));
        assert_eq!(Position::after(Revision(2)).done(), Revision(2));
        assert_eq!(position(2, "a").done(), Revision(1));
    }

    /// What the first version wrote, which every later one has to read.
    #[test]
    fn a_position_has_the_bytes_that_it_always_had() {
        let position = position(0x0102, "told/a");
        let stored = b"\x01\0\0\0\0\0\0\x01\x02told/a";
        assert_eq!(position.encode(), &stored[..]);
        assert_eq!(Position::decode(&stored[..].into()), Some(position));
    }

    #[test]
    fn what_is_stored_is_read_again_and_nothing_else() {
        for position in [position(7, "audit/r1/0001"), Position::after(Revision(9))] {
            assert_eq!(Position::decode(&position.encode()), Some(position));
        }
        for damaged in ["", "\x01", "\x01\0\0\0\0\0\0\0", "\x02\0\0\0\0\0\0\0\0a"] {
            assert_eq!(Position::decode(&damaged.into()), None);
        }
    }
}
