//! Translates API keys, both ways. There is no secret in them.

use std::sync::Arc;

use vortex_access::{Grant, KeyHash, KeyId, Kind, Name, Principal, Role, StoredKey};

use super::{
    Unreadable,
    from_stored::{known, required, timestamp},
};
use crate::{
    domain::{Key, KeyRotation},
    store::stored,
};

impl From<&Key> for stored::Key {
    fn from(key: &Key) -> Self {
        let kept = &key.stored;
        Self {
            id: kept.id.to_string(),
            sha256: kept.hash.as_bytes().to_vec(),
            name: key.name().to_string(),
            grants: kept.principal.grants().iter().map(stored_grant).collect(),
            by: key.by.clone(),
            created_at_micros: kept.created.as_microsecond(),
            expires_at_micros: kept.expires.map(|at| at.as_microsecond()),
            revoked_at_micros: kept.revoked.map(|at| at.as_microsecond()),
            rotated_from: kept.rotated_from.map(|id| id.to_string()),
        }
    }
}

impl TryFrom<stored::Key> for Key {
    type Error = Unreadable;

    fn try_from(stored: stored::Key) -> Result<Self, Unreadable> {
        let id = key_id(&stored.id)?;
        let name: Name = damaged(stored.name.parse())?;
        let hash: [u8; 32] = damaged((&*stored.sha256).try_into())?;
        let grants = stored.grants.iter().map(grant);
        let grants: Vec<Grant> = grants.collect::<Result<_, _>>()?;
        Ok(Self {
            stored: StoredKey {
                id,
                hash: KeyHash::from_bytes(hash),
                principal: Principal::new(Kind::Key(id), name, grants),
                created: timestamp(stored.created_at_micros)?,
                expires: stored.expires_at_micros.map(timestamp).transpose()?,
                revoked: stored.revoked_at_micros.map(timestamp).transpose()?,
                rotated_from: stored.rotated_from.as_deref().map(key_id).transpose()?,
            },
            by: stored.by,
        })
    }
}

fn stored_grant(grant: &Grant) -> stored::Grant {
    stored::Grant {
        role: stored_role(grant.role()).into(),
        scopes: grant.scopes().iter().map(ToString::to_string).collect(),
    }
}

fn grant(stored: &stored::Grant) -> Result<Grant, Unreadable> {
    let role = role(known(stored.role)?)?;
    damaged(Grant::parse(role, stored.scopes.iter().map(String::as_str)))
}

fn stored_role(role: Role) -> stored::Role {
    match role {
        Role::Reader => stored::Role::Reader,
        Role::Writer => stored::Role::Writer,
        Role::Operator => stored::Role::Operator,
        Role::Agent => stored::Role::Agent,
        Role::Peer => stored::Role::Peer,
        Role::Admin => stored::Role::Admin,
    }
}

fn role(stored: stored::Role) -> Result<Role, Unreadable> {
    Ok(match stored {
        stored::Role::Unspecified => return Err(Unreadable::Damaged),
        stored::Role::Reader => Role::Reader,
        stored::Role::Writer => Role::Writer,
        stored::Role::Operator => Role::Operator,
        stored::Role::Agent => Role::Agent,
        stored::Role::Peer => Role::Peer,
        stored::Role::Admin => Role::Admin,
    })
}

impl From<&KeyRotation> for stored::KeyRotation {
    fn from(rotation: &KeyRotation) -> Self {
        Self {
            key: Some((&*rotation.key).into()),
            old_expires_at_micros: rotation.old_expires.as_microsecond(),
        }
    }
}

impl TryFrom<stored::KeyRotation> for KeyRotation {
    type Error = Unreadable;

    fn try_from(stored: stored::KeyRotation) -> Result<Self, Unreadable> {
        let key: Key = required(stored.key)?.try_into()?;
        Ok(Self {
            old: required(key.stored.rotated_from)?,
            old_expires: timestamp(stored.old_expires_at_micros)?,
            key: Arc::new(key),
        })
    }
}

/// A key that was taken back: its id and its name.
pub(super) fn revoked(stored: &stored::KeyRevocation) -> Result<(KeyId, Name), Unreadable> {
    Ok((key_id(&stored.id)?, damaged(stored.name.parse())?))
}

fn key_id(stored: &str) -> Result<KeyId, Unreadable> {
    damaged(stored.parse())
}

fn damaged<T, E>(read: Result<T, E>) -> Result<T, Unreadable> {
    read.map_err(|_| Unreadable::Damaged)
}
