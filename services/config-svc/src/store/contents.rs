//! Contents, by their hash.

use super::{ConfigStore, Error, keys};
use crate::domain::Sha256;
use bytes::Bytes;

impl ConfigStore {
    /// The content of this hash, which is verified.
    pub async fn content(&self, sha256: &Sha256) -> Result<Bytes, Error> {
        match self.engine.get(keys::blob(sha256)).await? {
            Some(entry) if Sha256::of(&entry.value) == *sha256 => Ok(entry.value),
            Some(_) => Err(Error::DamagedContent(*sha256)),
            None => Err(Error::MissingContent(*sha256)),
        }
    }
}
