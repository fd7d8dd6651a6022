//! Creates, rotates and revokes API keys. Whether the caller may is not decided here.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_access::{CannotRotate, KeyId, Sealed, StoredKey};

use super::super::{
    Body, CreateKey, Expires, Key, KeyRotation, MAX_KEYS, Outcome, Refused, RotateKey, State,
};
use super::{
    Author, Decided,
    freeze::{after, as_stored},
};

pub(super) fn decide_create(
    state: &State,
    author: Author<'_>,
    create: CreateKey,
) -> Result<Decided, Refused> {
    let now = author.time.wall;
    check_room(state, create.key, now)?;
    if state.kept_keys(now).any(|key| *key.name() == create.name) {
        return Err(Refused::KeyNameTaken(create.name));
    }
    let expires = create.expires.map(|expires| match expires {
        Expires::At(at) => at,
        Expires::After(span) => after(now, span),
    });
    let (key, name, grants) = (create.key, create.name, create.grants.into());
    let stored = StoredKey::issue(key, name, grants, now, expires.map(as_stored));
    let key = Key {
        stored: stored.map_err(|over| Refused::KeyIsOver { expires: over.0 })?,
        by: author.principal.to_owned(),
    };
    Ok(appended(state, Body::KeyCreated(Arc::new(key))))
}

pub(super) fn decide_rotate(
    state: &State,
    author: Author<'_>,
    rotate: RotateKey,
) -> Result<Decided, Refused> {
    let now = author.time.wall;
    let old = known(state, rotate.id, now)?;
    check_room(state, rotate.fresh, now)?;
    let mut kept = state.kept_keys(now);
    if let Some(successor) = kept.find(|key| key.stored.rotated_from == Some(rotate.id)) {
        return Err(Refused::KeyRotated {
            id: rotate.id,
            to: successor.stored.id,
        });
    }
    let (ended, fresh) = old.stored.rotate(rotate.fresh, now, rotate.overlap)?;
    let key = Key {
        stored: StoredKey {
            expires: fresh.expires.map(as_stored),
            ..fresh
        },
        by: author.principal.to_owned(),
    };
    let rotation = KeyRotation {
        old: rotate.id,
        old_expires: ended.expires.map_or(now, as_stored),
        key: Arc::new(key),
    };
    Ok(appended(state, Body::KeyRotated(rotation)))
}

pub(super) fn decide_revoke(
    state: &State,
    author: Author<'_>,
    id: KeyId,
) -> Result<Decided, Refused> {
    let key = known(state, id, author.time.wall)?;
    if key.stored.revoked.is_some() {
        return Ok(Decided::Unchanged(Outcome::of_key(state.head)));
    }
    Ok(appended(state, Body::KeyRevoked(id, key.name().clone())))
}

fn known(state: &State, id: KeyId, now: Timestamp) -> Result<&Arc<Key>, Refused> {
    state.kept_key(id, now).ok_or(Refused::KeyNotFound(id))
}

/// Checks that a new key can be kept beside those that there are.
fn check_room(state: &State, fresh: Sealed, now: Timestamp) -> Result<(), Refused> {
    if state.kept_key(fresh.id, now).is_some() {
        return Err(Refused::KeyIdTaken(fresh.id));
    }
    match state.kept_keys(now).count() >= MAX_KEYS {
        true => Err(Refused::TooManyKeys),
        false => Ok(()),
    }
}

fn appended(state: &State, body: Body) -> Decided {
    Decided::Append(body, Outcome::of_key(state.head.next()))
}

impl From<CannotRotate> for Refused {
    fn from(why: CannotRotate) -> Self {
        Self::KeyEnded(why)
    }
}
