//! Appending to the log.
//!
//! Contents and parts go before the record that names them, so that a record is
//! never there without them; where everything fits into one transaction it goes
//! as one, with one sync.

use super::{ConfigStore, Error, codec::seal, keys, stored};
use crate::domain::{Record, Seq, Sha256};
use bytes::Bytes;
use futures::{StreamExt as _, stream::FuturesOrdered};
use prost::Message as _;
use vortex_store::{MAX_TRANSACTION_BYTES, MAX_TRANSACTION_OPERATIONS, Transaction};

/// The size of a part. A record of more than half as many bytes is stored in parts.
const PART_BYTES: usize = 1 << 20;
/// Bytes that the head and the check of a record's key take in a transaction.
const HEADROOM_BYTES: usize = 256;
/// The most transactions that one append has under way: a fraction of the engine's queue.
const MAX_UNDER_WAY: usize = 6;
/// Operations that the head takes in a transaction.
const HEADROOM_OPERATIONS: usize = 1;

/// Records that are appended together. Grows until [`Appended::fits`] says no.
#[derive(Default)]
pub struct Appended {
    before: Vec<(Bytes, Bytes)>,
    records: Vec<(Bytes, Bytes)>,
    head: Seq,
    bytes: usize,
}

impl Appended {
    /// Whether there is nothing to append.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether another record with these contents may be added so that all stays one transaction.
    /// The first always may.
    pub fn fits(&self, contents: &[(Sha256, Bytes)], record: &Record) -> bool {
        if self.is_empty() {
            return true;
        }
        let encoded = stored::Record::from(record).encoded_len();
        let bytes: usize = contents.iter().map(|(_, content)| content.len() + 64).sum();
        // a record is compared and written, a content written
        let operations = self.operations() + 2 + contents.len();
        operations <= MAX_TRANSACTION_OPERATIONS
            && self.bytes + bytes + encoded + HEADROOM_BYTES <= MAX_TRANSACTION_BYTES
    }

    /// Adds a record and the contents it names.
    pub fn push(&mut self, contents: Vec<(Sha256, Bytes)>, record: &Record) {
        for (sha256, content) in contents {
            let key = keys::blob(&sha256);
            if !self.before.iter().any(|(known, _)| *known == key) {
                self.add_before(key, content);
            }
        }
        let value = self.log_value(record);
        let key = keys::log(record.seq);
        self.bytes += 2 * key.len() + value.len();
        self.records.push((key, value));
        self.head = record.seq;
    }

    fn log_value(&mut self, record: &Record) -> Bytes {
        let stored = stored::Record::from(record);
        if stored.encoded_len() <= PART_BYTES / 2 {
            let value = stored::LogValue {
                record: Some(stored),
                parts: 0,
            };
            return seal(&value);
        }
        let encoded = Bytes::from(stored.encode_to_vec());
        let parts = encoded.len().div_ceil(PART_BYTES) as u32;
        for index in 0..parts {
            let start = index as usize * PART_BYTES;
            let end = encoded.len().min(start + PART_BYTES);
            self.add_before(keys::part(record.seq, index), encoded.slice(start..end));
        }
        let value = stored::LogValue {
            record: None,
            parts,
        };
        seal(&value)
    }

    fn add_before(&mut self, key: Bytes, value: Bytes) {
        self.bytes += key.len() + value.len();
        self.before.push((key, value));
    }

    fn operations(&self) -> usize {
        self.before.len() + 2 * self.records.len() + HEADROOM_OPERATIONS
    }

    fn is_one_transaction(&self) -> bool {
        self.operations() <= MAX_TRANSACTION_OPERATIONS
            && self.bytes + HEADROOM_BYTES <= MAX_TRANSACTION_BYTES
    }
}

impl ConfigStore {
    /// Appends records that follow the log's head. They are durable when this returns; after an
    /// error it is not known which of them are.
    pub async fn append(&self, appended: Appended) -> Result<(), Error> {
        let mut last = Transaction::new();
        if appended.is_one_transaction() {
            for (key, value) in appended.before {
                last = last.put(key, value);
            }
        } else {
            self.put_all(appended.before).await?;
        }
        for (key, value) in appended.records {
            last = last.require_absent(key.clone()).put(key, value);
        }
        last = last.put(keys::HEAD, appended.head.0.to_be_bytes().to_vec());
        self.engine.commit(last).await?;
        Ok(())
    }

    /// Puts entries in as few transactions as the limits allow, in order. Several
    /// are under way at once, so that they share syncs.
    pub(super) async fn put_all(&self, entries: Vec<(Bytes, Bytes)>) -> Result<(), Error> {
        let mut under_way = FuturesOrdered::new();
        let mut transaction = Transaction::new();
        for (key, value) in entries {
            let size = key.len() + value.len();
            let full = transaction.len() == MAX_TRANSACTION_OPERATIONS
                || transaction.size() + size > MAX_TRANSACTION_BYTES;
            if full {
                under_way.push_back(self.engine.commit(std::mem::take(&mut transaction)));
            }
            if under_way.len() == MAX_UNDER_WAY
                && let Some(committed) = under_way.next().await
            {
                committed?;
            }
            transaction = transaction.put(key, value);
        }
        if !transaction.is_empty() {
            under_way.push_back(self.engine.commit(transaction));
        }
        while let Some(committed) = under_way.next().await {
            committed?;
        }
        Ok(())
    }
}
