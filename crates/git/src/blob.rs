//! The content of files.

use bytes::Bytes;
use gix::objs::Kind;

use crate::{BlobId, Error, Repository, Result, object};

impl Repository {
    /// The content, when it has `limit` bytes at most; a larger one is refused before it is loaded,
    /// with [`Error::BlobTooLarge`].
    pub fn read(&self, blob: BlobId, limit: u64) -> Result<Bytes> {
        let store = self.store();
        let id = blob.object();
        let missing = || self.absent(&store, Error::BlobMissing(blob));
        let header = self
            .noting(object::header(&store, id))?
            .ok_or_else(missing)?;
        if header.kind() != Kind::Blob {
            return Err(Error::BlobMissing(blob));
        }
        if header.size() > limit {
            return Err(Error::BlobTooLarge {
                blob,
                size: header.size(),
                limit,
            });
        }
        let found = self.noting(object::find(&store, id))?.ok_or_else(missing)?;
        Ok(found.detach().data.into())
    }
}
