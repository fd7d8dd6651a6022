//! Converts API keys to replies.

use jiff::Timestamp;
use vortex_access::Grant;
use vortex_proto::access::v1 as pb;

use super::timestamp;
use crate::domain::{Key, KeyRotation};

/// A key as it is described to people, who have no use for its hash.
pub(in crate::grpc) fn key(key: &Key, now: Timestamp) -> pb::Key {
    let kept = &key.stored;
    let rotated_from = kept.rotated_from.as_ref();
    pb::Key {
        id: kept.id.to_string(),
        name: key.name().to_string(),
        grants: kept.principal.grants().iter().map(grant).collect(),
        created_at: Some(timestamp(kept.created)),
        expires_at: kept.expires.map(timestamp),
        revoked_at: kept.revoked.map(timestamp),
        rotated_from: rotated_from.map_or(String::new(), ToString::to_string),
        created_by: key.by.clone(),
        state: state(key, now).into(),
        sha256: Default::default(),
    }
}

/// A key for services, which hold presented ones against its hash.
pub(in crate::grpc) fn watched_key(of: &Key, now: Timestamp) -> pb::Key {
    pb::Key {
        sha256: of.stored.hash.as_bytes().to_vec().into(),
        ..key(of, now)
    }
}

fn grant(grant: &Grant) -> pb::Grant {
    pb::Grant {
        role: grant.role().to_string(),
        scopes: grant.scopes().iter().map(ToString::to_string).collect(),
    }
}

fn state(key: &Key, now: Timestamp) -> pb::KeyState {
    match (key.stored.revoked, key.stored.ended(now)) {
        (Some(_), _) => pb::KeyState::Revoked,
        (None, Some(_)) => pb::KeyState::Expired,
        (None, None) => pb::KeyState::Active,
    }
}

/// A rotation, in the log: the new key as it was then.
pub(super) fn rotated(rotation: &KeyRotation) -> pb::KeyRotated {
    pb::KeyRotated {
        key: Some(key(&rotation.key, rotation.key.stored.created)),
        old_expires_at: Some(timestamp(rotation.old_expires)),
    }
}
