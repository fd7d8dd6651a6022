//! Single objects, by id.

use gix::{Object, ObjectId, Repository, odb::find::Header};

use crate::{Error, Result, error::Cause};

/// The object, or `None` when there is none of this id.
pub(crate) fn find(store: &Repository, id: ObjectId) -> Result<Option<Object<'_>>> {
    if !is_of(store, id) {
        return Ok(None);
    }
    store
        .try_find_object(id)
        .map_err(|cause| damaged(id, cause))
}

/// The kind and size of an object, without decoding it; `None` if it is missing.
pub(crate) fn header(store: &Repository, id: ObjectId) -> Result<Option<Header>> {
    if !is_of(store, id) {
        return Ok(None);
    }
    store
        .try_find_header(id)
        .map_err(|cause| damaged(id, cause))
}

pub(crate) fn damaged(id: ObjectId, cause: gix::Error) -> Error {
    Error::ObjectDamaged {
        object: id.to_string(),
        cause: Cause::new(cause),
    }
}

/// Looking an id of one hash up among those of another would panic.
fn is_of(store: &Repository, id: ObjectId) -> bool {
    id.kind() == store.object_hash()
}
