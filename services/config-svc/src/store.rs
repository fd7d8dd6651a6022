//! What the configuration is kept in: a log of records, contents by their hash,
//! and checkpoints of the state folded from the log.
//!
//! Keys, each group in its own prefix:
//! ```text
//! blob/<sha256>            a content
//! log/<seq>                a record, or how many parts it has
//! part/<seq>/<n>           a part of a record too large for one value
//! head                     the last sequence number
//! checkpoint               which checkpoint is whole
//! checkpoint/<gen>/<n>     a part of it
//! denial/<n>               calls that were refused for who made them
//! ```
//!
//! `vortex.log.v1` is the schema of records and of what checkpoints hold, `proto/stored.proto` of the rest.

mod append;
mod checkpoint;
mod codec;
mod contents;
mod denials;
mod error;
mod keys;
mod log;
mod stored;
mod sweep;

pub(crate) use append::Appended;
pub use error::Error;
pub(crate) use sweep::{Sweep, Swept};

use std::sync::Arc;

use vortex_store::Store;

/// The configuration's store, over one of the engines.
#[derive(Clone)]
pub struct ConfigStore {
    engine: Arc<dyn Store>,
}

impl ConfigStore {
    /// The configuration kept in `engine`.
    pub fn new(engine: Arc<dyn Store>) -> Self {
        Self { engine }
    }

    /// Which store this is; another one after a restore.
    pub fn id(&self) -> uuid::Uuid {
        self.engine.store_id().into()
    }

    /// Why nothing can be written now, if it can't.
    pub fn obstacle(&self) -> Option<vortex_store::Error> {
        self.engine.obstacle()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.engine.bytes()
    }

    /// Gives space back that deleted entries took.
    pub async fn maintain(&self) -> Result<(), Error> {
        Ok(self.engine.maintain().await?)
    }

    /// Finishes what was submitted and lets go of the folder.
    pub async fn close(&self) -> Result<(), Error> {
        Ok(self.engine.close().await?)
    }
}
