//! The store of alerts and silences. Instances are not stored: they report again.
//!
//! Keys, each group in its own prefix:
//! ```text
//! alert/<id>          an alert
//! told/<id>/<step>    an alert as it was at a step that others are told of
//! silence/<hash>      the silence of a fleet
//! ```

mod codec;
mod error;
mod keys;
mod schema;
#[cfg(test)]
mod tests;
mod translate;

pub(crate) use error::{Error, Invalid};

use std::sync::Arc;

use bytes::Bytes;
use vortex_store::{Entry, Range, Store, Transaction};

use crate::domain::{Alert, AlertId, Event, Silence, Step};
use codec::{decode, encode};

/// The most events of one transaction: an alert has at most a few kilobytes, and four entries.
const MOST: usize = 32;

/// The store of alerts and silences, over one of the storage engines.
#[derive(Clone)]
pub(crate) struct AlertStore {
    engine: Arc<dyn Store>,
}

impl AlertStore {
    /// What is kept in `engine`.
    pub(crate) fn new(engine: Arc<dyn Store>) -> Self {
        Self { engine }
    }

    /// Reads all that is kept, as the events that leave it.
    ///
    /// # Errors
    /// It can't be read, or is not what this version writes.
    pub(crate) async fn load(&self) -> Result<Vec<Event>, Error> {
        let alerts = self.all(Range::prefix(keys::ALERTS), |entry| {
            decode::<Alert>("an alert", &entry.value).map(Event::Stands)
        });
        let mut events = alerts.await?;
        let silences = self.all(Range::prefix(keys::SILENCES), |entry| {
            decode::<Silence>("a silence", &entry.value).map(Event::Silenced)
        });
        events.extend(silences.await?);
        Ok(events)
    }

    async fn all<T>(
        &self,
        range: Range,
        read: impl Fn(&Entry) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let mut found = Vec::new();
        let mut rest = Some(range);
        while let Some(range) = rest {
            let page = self.engine.range(range.clone()).await?;
            rest = range.after(&page);
            for entry in &page.entries {
                found.push(read(entry)?);
            }
        }
        Ok(found)
    }

    /// Stores what events leave. The events of a slice of 64 are stored together or not at all.
    ///
    /// # Errors
    /// Fails with errors of the store. What earlier slices hold is stored then.
    pub(crate) async fn keep(&self, events: &[Event]) -> Result<(), Error> {
        for slice in events.chunks(MOST) {
            let transaction = slice.iter().fold(Transaction::new(), write);
            self.engine.commit(transaction).await?;
        }
        Ok(())
    }

    /// The reason why nothing can be written now, if there is one.
    pub(crate) fn obstacle(&self) -> Option<vortex_store::Error> {
        self.engine.obstacle()
    }

    /// The store's size on disk in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.engine.bytes()
    }

    /// Gives back the space that deleted entries took.
    ///
    /// # Errors
    /// Fails with errors of the store.
    pub(crate) async fn maintain(&self) -> Result<(), Error> {
        Ok(self.engine.maintain().await?)
    }

    /// Finishes the writes that were submitted, and closes the folder.
    ///
    /// # Errors
    /// Fails with errors of the store.
    pub(crate) async fn close(&self) -> Result<(), Error> {
        Ok(self.engine.close().await?)
    }
}

/// The prefix of what others are told of alerts.
pub(crate) fn notices() -> Bytes {
    Bytes::from_static(keys::TOLD.as_bytes())
}

/// What others are told of one alert.
pub(crate) fn notices_of(id: &AlertId) -> Range {
    Range::prefix(keys::told_of(id))
}

/// The step and the alert of an entry under [`notices`].
///
/// # Errors
/// It is not what this version writes.
pub(crate) fn read_notice(key: &[u8], value: &[u8]) -> Result<(Step, Alert), Error> {
    let alert = decode::<Alert>("a notice", value)?;
    let step = Step::ALL
        .into_iter()
        .find(|step| keys::told(&alert.id, *step) == key);
    let step = step.ok_or_else(|| Error::Damaged {
        what: "a notice".to_owned(),
        source: Invalid::NotAllowed("the step"),
    })?;
    Ok((step, alert))
}

fn write(transaction: Transaction, event: &Event) -> Transaction {
    match event {
        Event::Stands(alert) => transaction.put(keys::alert(&alert.id), encode(alert)),
        Event::Told(step, alert) => transaction
            .put(keys::alert(&alert.id), encode(alert))
            .put(keys::told(&alert.id, *step), encode(alert)),
        Event::Forgotten(id) => Step::ALL
            .into_iter()
            .map(|step| keys::told(id, step))
            .fold(transaction.delete(keys::alert(id)), Transaction::delete),
        Event::Silenced(silence) => transaction.put(keys::silence(&silence.fleet), encode(silence)),
        Event::Unsilenced(fleet) => transaction.delete(keys::silence(fleet)),
    }
}
