//! Contents, by their hash.

use super::{ConfigStore, Error, keys};
use crate::domain::Sha256;
use bytes::Bytes;

impl ConfigStore {
    /// The content of this hash.
    pub async fn content(&self, sha256: &Sha256) -> Result<Bytes, Error> {
        match self.engine.get(keys::blob(sha256)).await? {
            Some(entry) => Ok(entry.value),
            None => Err(Error::MissingContent(*sha256)),
        }
    }
}
