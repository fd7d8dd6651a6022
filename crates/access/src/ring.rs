//! The keys that a service holds.

use std::{collections::HashMap, time::Duration};

use jiff::Timestamp;

use crate::{ApiKey, KeyId, Principal, Refusal, StoredKey, verify};

/// How long keys are believed that nobody has confirmed: within this time a key that was revoked
/// is dead at a service that is cut off, too.
pub const CUT_OFF: Duration = Duration::from_secs(30);

/// A cluster's keys, as the watch of config-svc tells them.
#[derive(Debug, Default)]
pub struct KeyRing {
    keys: HashMap<KeyId, StoredKey>,
    confirmed: Option<Duration>,
}

/// The time of a call, by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// By which keys expire.
    pub wall: Timestamp,
    /// By which silence is measured: it does not jump.
    pub monotonic: Duration,
}

/// Why a key gives no principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// The key is not valid.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Nobody knows: config-svc was not heard for longer than [`CUT_OFF`]. It is not the
    /// caller's fault, who should try again or elsewhere.
    #[error("keys can't be verified: they were not confirmed lately")]
    CutOff,
}

impl KeyRing {
    /// Takes all keys at once, as a watch begins.
    pub fn replace(&mut self, keys: impl IntoIterator<Item = StoredKey>, monotonic: Duration) {
        self.keys = keys.into_iter().map(|key| (key.id, key)).collect();
        self.confirm(monotonic);
    }

    /// Takes a key that was made or has changed.
    pub fn put(&mut self, key: StoredKey) {
        self.keys.insert(key.id, key);
    }

    /// Forgets a key.
    pub fn remove(&mut self, id: KeyId) {
        self.keys.remove(&id);
    }

    /// Notes that the keys are those of config-svc now.
    pub fn confirm(&mut self, monotonic: Duration) {
        self.confirmed = self.confirmed.max(Some(monotonic));
    }

    /// Whether there is any key at all, valid or not. Until there is, callers can't be told apart.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Who presents this key.
    ///
    /// # Errors
    /// The key is refused, or nobody can say.
    pub fn verify(&self, presented: &ApiKey, now: Now) -> Result<Principal, Unverified> {
        match self.is_current(now.monotonic) {
            true => Ok(verify(self.keys.get(&presented.id()), presented, now.wall)?),
            false => Err(Unverified::CutOff),
        }
    }

    /// From when on a key is refused, if that is known.
    pub fn expires(&self, id: KeyId) -> Option<Timestamp> {
        self.keys.get(&id)?.expires
    }

    /// Until when the keys are believed, by the monotonic clock; none before anybody confirmed them.
    pub fn believed_until(&self) -> Option<Duration> {
        self.confirmed.map(|at| at + CUT_OFF)
    }

    fn is_current(&self, monotonic: Duration) -> bool {
        self.believed_until().is_some_and(|end| monotonic < end)
    }
}
