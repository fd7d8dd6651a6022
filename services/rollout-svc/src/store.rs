//! The store of rollouts.
//!
//! Keys, each group in its own prefix:
//! ```text
//! rollout/<id>             the state of a rollout, with the effect to send to config-svc
//! spec/<id>/<n>            the part of a rollout that never changes, in parts
//! audit/<id>/<n>           an entry of its audit
//! measured/<id>            the measurements of a rollout
//! slice/<id>/<n mod 50>    one of a rollout's newest slices
//! request/<hash>           a request that was answered
//! reverting/<id>           marks that a change set to take a rollout back may be staged
//! breaker                  the breaker
//! notify/<sink>            how far a sink of notifications has come: see crates/notify
//! ```

mod answered;
mod codec;
mod error;
mod history;
mod keys;
mod load;
mod schema;
mod sweep;
#[cfg(test)]
mod tests;
mod translate;
mod v1;
mod writes;

pub(crate) use answered::{Answer, Answered};
#[cfg(test)]
pub(crate) use codec::reread;
pub(crate) use error::{Error, Invalid};
pub(crate) use history::{audits, audits_of};
pub(crate) use load::Loaded;
pub(crate) use writes::Writes;

use std::sync::Arc;

use vortex_store::{Revision, Store};

/// The store of rollouts, over one of the storage engines.
#[derive(Clone)]
pub(crate) struct RolloutStore {
    engine: Arc<dyn Store>,
}

impl RolloutStore {
    /// The rollouts kept in `engine`.
    pub(crate) fn new(engine: Arc<dyn Store>) -> Self {
        Self { engine }
    }

    /// Does all writes or none, and answers their revision once they are durable.
    ///
    /// # Errors
    /// Fails with errors of the store. Only after one that is [`Error::is_outcome_unknown`] may
    /// something have been written.
    pub(crate) async fn commit(&self, writes: Writes) -> Result<Revision, Error> {
        for part in writes.before {
            self.engine.commit(part).await?;
        }
        Ok(self.engine.commit(writes.transaction).await?)
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
