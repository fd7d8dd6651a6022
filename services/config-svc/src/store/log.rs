//! Reads the log.

use prost::Message as _;
use vortex_store::Entry;

use super::{ConfigStore, Error, codec::open, keys, stored};
use crate::domain::{Record, Seq};

/// The most records in a page of the log.
pub(super) const MAX_RECORDS_A_PAGE: usize = 256;

impl ConfigStore {
    /// The records after `after`, oldest first, `MAX_RECORDS_A_PAGE` at most.
    /// Empty at the end of the log.
    pub async fn records_after(&self, after: Seq) -> Result<Vec<Record>, Error> {
        let range = keys::log_after(after).limit(MAX_RECORDS_A_PAGE);
        let page = self.engine.range(range).await?;
        let mut records = Vec::with_capacity(page.entries.len());
        for entry in page.entries {
            records.push(self.record(entry).await?);
        }
        Ok(records)
    }

    /// The record at a position, if it is still kept.
    pub async fn record_at(&self, seq: Seq) -> Result<Option<Record>, Error> {
        match self.engine.get(keys::log(seq)).await? {
            Some(entry) => self.record(entry).await.map(Some),
            None => Ok(None),
        }
    }

    /// The records before `before`, newest first, `MAX_RECORDS_A_PAGE` at most. Empty at the
    /// beginning of what is kept.
    pub async fn records_before(&self, before: Seq) -> Result<Vec<Record>, Error> {
        let range = keys::log_before(before).reverse().limit(MAX_RECORDS_A_PAGE);
        let page = self.engine.range(range).await?;
        let mut records = Vec::with_capacity(page.entries.len());
        for entry in page.entries {
            records.push(self.record(entry).await?);
        }
        Ok(records)
    }

    /// The oldest record that is kept.
    pub async fn oldest_record(&self) -> Result<Option<Seq>, Error> {
        let range = keys::log_after(Seq(0)).limit(1).keys_only();
        let page = self.engine.range(range).await?;
        Ok(page
            .entries
            .first()
            .and_then(|entry| keys::seq_of(&entry.key)))
    }

    async fn record(&self, entry: Entry) -> Result<Record, Error> {
        let seq = keys::seq_of(&entry.key);
        let what = || format!("record {} of the log", seq.unwrap_or_default());
        let damaged = || Error::damaged(what());
        let value: stored::LogValue =
            open(&entry.value).map_err(|why| Error::unreadable(what(), why))?;
        let record = match value.record {
            Some(record) => record,
            None => {
                let parts = keys::parts(seq.ok_or_else(damaged)?);
                let bytes = self.join(parts, value.parts).await?;
                stored::Record::decode(bytes.as_slice()).map_err(|_| damaged())?
            }
        };
        let mut record: Record = record.try_into().map_err(|_| damaged())?;
        if record.origin.store.is_nil() {
            record.origin.store = self.id();
        }
        Ok(record)
    }

    /// Joins the parts of one value. All must be there.
    pub(super) async fn join(
        &self,
        range: vortex_store::Range,
        parts: u32,
    ) -> Result<Vec<u8>, Error> {
        let mut joined = Vec::new();
        let mut found = 0;
        let mut next = Some(range);
        while let Some(range) = next {
            let page = self.engine.range(range.clone()).await?;
            next = range.after(&page);
            for entry in page.entries {
                if found < parts {
                    joined.extend_from_slice(&entry.value);
                }
                found += 1;
            }
        }
        if found < parts {
            return Err(Error::damaged(format!(
                "a thing of {parts} parts with {found}"
            )));
        }
        Ok(joined)
    }
}
