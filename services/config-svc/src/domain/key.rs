//! API keys: what is kept of each, and for how long.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use vortex_access::{Grant, KeyId, MAX_SCOPES, Role, StoredKey};

use super::{Outcome, Seq, State, VersionName};

/// Keys at most.
pub(crate) const MAX_KEYS: usize = 1_000;
/// Bytes of a key's scopes at most, so that all keys fit into one message.
pub(crate) const MAX_SCOPE_BYTES: usize = 8_192;
/// How long a key is kept that is revoked or has expired.
pub(crate) const KEPT_AFTER_END: Duration = Duration::from_secs(30 * 24 * 3_600);
/// How long a key may be valid beside the one that replaces it.
pub(crate) const MAX_OVERLAP: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A key as it is kept: its hash and what it may do, never the secret.
///
/// It belongs to this cluster alone. When records are shared between clusters, those of keys are
/// not: a cluster that could write them would make itself the admin of all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub stored: StoredKey,
    /// The authenticated caller that made it.
    pub by: String,
}

/// A key that replaces another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRotation {
    /// The key that is replaced.
    pub old: KeyId,
    /// When that expires.
    pub old_expires: Timestamp,
    /// The new one.
    pub key: Arc<Key>,
}

/// What a key may do: at least one grant, with no more scopes than a message has room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGrants(Vec<Grant>);

/// Grants that no key can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidGrants {
    /// There is none.
    #[error("a key needs at least one role")]
    None,
    /// There are too many scopes, of all grants together.
    #[error("{0} scopes are given, and a key has at most {MAX_SCOPES} in all")]
    TooMany(usize),
    /// The scopes are too long, all together.
    #[error("the scopes have {0} bytes, and a key's have at most {MAX_SCOPE_BYTES} in all")]
    TooLong(usize),
}

impl TryFrom<Vec<Grant>> for KeyGrants {
    type Error = InvalidGrants;

    fn try_from(grants: Vec<Grant>) -> Result<Self, InvalidGrants> {
        let scopes = || grants.iter().flat_map(|grant| grant.scopes());
        let bytes = scopes().map(|scope| scope.to_string().len()).sum();
        match (grants.as_slice(), scopes().count()) {
            ([], _) => Err(InvalidGrants::None),
            (_, many) if many > MAX_SCOPES => Err(InvalidGrants::TooMany(many)),
            _ if bytes > MAX_SCOPE_BYTES => Err(InvalidGrants::TooLong(bytes)),
            _ => Ok(Self(grants)),
        }
    }
}

impl KeyGrants {
    /// The same scope, everything, for each of some roles: no more than there are.
    pub fn everywhere(roles: impl IntoIterator<Item = Role>) -> Self {
        Self(roles.into_iter().map(Grant::everywhere).collect())
    }

    /// The grants; at least one.
    pub fn as_slice(&self) -> &[Grant] {
        &self.0
    }
}

impl From<KeyGrants> for Vec<Grant> {
    fn from(grants: KeyGrants) -> Self {
        grants.0
    }
}

impl Key {
    /// Whether it ended so long ago that it is no longer kept.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        let ended = self.stored.ended(now);
        ended.is_some_and(|ended| {
            ended
                .checked_add(KEPT_AFTER_END)
                .is_ok_and(|end| end <= now)
        })
    }

    /// What it is called.
    pub fn name(&self) -> &vortex_access::Name {
        self.stored.principal.name()
    }
}

impl State {
    /// The keys that are kept at a time.
    pub fn kept_keys(&self, now: Timestamp) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values().filter(move |key| !key.is_forgotten(now))
    }

    /// A key that is kept at a time.
    pub fn kept_key(&self, id: KeyId, now: Timestamp) -> Option<&Arc<Key>> {
        self.keys.get(&id).filter(|key| !key.is_forgotten(now))
    }
}

impl Outcome {
    /// The outcome of a command that is about a key.
    pub(super) fn of_key(at: Seq) -> Self {
        Self {
            name: VersionName::trusted("key"),
            ..Self::of_source(at)
        }
    }
}
