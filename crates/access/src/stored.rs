//! What is kept of a key, and how a presented one is held against it.

use std::time::Duration;

use jiff::Timestamp;

use crate::{ApiKey, Grant, KeyHash, KeyId, Kind, Name, Principal};

/// What is told of a new key, by whoever made it, to have it stored: everything but the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// By what it is found.
    pub id: KeyId,
    /// What a presented one must hash to.
    pub hash: KeyHash,
}

/// A key as the log holds it: its hash, and what it may do until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// By what it is found.
    pub id: KeyId,
    /// What the presented one must hash to.
    pub hash: KeyHash,
    /// Who it is, in the log and in lists.
    pub principal: Principal,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
    /// Since when it is refused, whatever else holds.
    pub revoked: Option<Timestamp>,
    /// The key that it replaces.
    pub rotated_from: Option<KeyId>,
}

/// Why a key is refused. For counting and logs alone: a caller is told that the credential is not
/// valid and never which of these it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// There is no key of this id.
    #[error("unknown")]
    Unknown,
    /// There is one of this id, with another secret.
    #[error("wrong")]
    Wrong,
    /// It was right once.
    #[error("expired")]
    Expired,
    /// It was taken back.
    #[error("revoked")]
    Revoked,
}

/// A key that would never be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key would have expired at {0} already")]
pub struct ExpiryInThePast(pub Timestamp);

/// Why a key has no successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotRotate {
    /// Nobody may hold it any more.
    #[error("the key {0} is revoked: create a new one")]
    Revoked(KeyId),
    /// Nobody can hold it any more.
    #[error("the key {0} has expired: create a new one")]
    Expired(KeyId),
}

/// Holds a presented key against the one that is stored under its id.
///
/// The secret comes first, and is compared even where there is nothing to compare with: who does
/// not have it learns neither from the answer nor from the time it takes whether such a key exists.
///
/// # Errors
/// The key is refused.
pub fn verify(
    stored: Option<&StoredKey>,
    presented: &ApiKey,
    now: Timestamp,
) -> Result<Principal, Refusal> {
    let hash = presented.hash();
    let expected = stored.map_or(KeyHash::from_bytes([0; 32]), |key| key.hash);
    let is_right = hash == expected;
    let stored = stored.ok_or(Refusal::Unknown)?;
    match is_right {
        false => Err(Refusal::Wrong),
        true if stored.revoked.is_some() => Err(Refusal::Revoked),
        true if stored.has_expired(now) => Err(Refusal::Expired),
        true => Ok(stored.principal.clone()),
    }
}

impl From<&ApiKey> for Sealed {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id(),
            hash: key.hash(),
        }
    }
}

impl StoredKey {
    /// What is to be stored of a new key.
    ///
    /// # Errors
    /// It would have expired already.
    pub fn issue(
        key: impl Into<Sealed>,
        name: Name,
        grants: Vec<Grant>,
        now: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<Self, ExpiryInThePast> {
        let Sealed { id, hash } = key.into();
        match expires {
            Some(end) if end <= now => Err(ExpiryInThePast(end)),
            _ => Ok(Self {
                id,
                hash,
                principal: Principal::new(Kind::Key(id), name, grants),
                created: now,
                expires,
                revoked: None,
                rotated_from: None,
            }),
        }
    }

    /// Replaces this key by a new one of the same name, grants and lifetime, which is valid from
    /// now on; this one is valid until `overlap` is over, or until its own end when that is
    /// sooner. Gives both: this one first, as it is to be stored.
    ///
    /// # Errors
    /// This key is not valid any more.
    pub fn rotate(
        &self,
        fresh: impl Into<Sealed>,
        now: Timestamp,
        overlap: Duration,
    ) -> Result<(Self, Self), CannotRotate> {
        if self.revoked.is_some() {
            return Err(CannotRotate::Revoked(self.id));
        }
        if self.has_expired(now) {
            return Err(CannotRotate::Expired(self.id));
        }
        let Sealed { id, hash } = fresh.into();
        let end = later(now, overlap);
        let old = Self {
            expires: Some(self.expires.map_or(end, |own| own.min(end))),
            ..self.clone()
        };
        let grants = self.principal.grants();
        let new = Self {
            id,
            hash,
            principal: Principal::new(Kind::Key(id), self.principal.name().clone(), grants),
            created: now,
            expires: self.lifetime().map(|lifetime| later(now, lifetime)),
            revoked: None,
            rotated_from: Some(self.id),
        };
        Ok((old, new))
    }

    /// Takes the key back. The first time counts.
    #[must_use]
    pub fn revoke(&self, now: Timestamp) -> Self {
        Self {
            revoked: self.revoked.or(Some(now)),
            ..self.clone()
        }
    }

    /// Since when it is refused, whoever presents it; none while it is not.
    pub fn ended(&self, now: Timestamp) -> Option<Timestamp> {
        let expired = self.expires.filter(|end| *end <= now);
        [self.revoked, expired].into_iter().flatten().min()
    }

    fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    fn lifetime(&self) -> Option<Duration> {
        let end = self.expires?;
        Some(end.duration_since(self.created).unsigned_abs())
    }
}

/// A later time, as far as there is one.
fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
