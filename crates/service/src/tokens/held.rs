//! Verifies tokens by the keys that are believed now.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use vortex_access::{Now, Token};
use vortex_kit::{
    access::{Principal, Tokens, UnverifiedToken},
    clock::Clock,
};
use vortex_oidc::{Event, JwksCache, KeySet, Next, Refusal, Verifier};

use super::remembered::{Fingerprint, Generation, Remembered};

/// The tokens of a provider whose keys are held in memory.
pub(super) struct HeldTokens {
    verifier: Verifier,
    keys: RwLock<Keys>,
    remembered: Remembered,
    changed: watch::Sender<u64>,
    unknown_key: Notify,
    clock: Arc<dyn Clock>,
}

#[derive(Debug, Default)]
struct Keys {
    cache: JwksCache,
    /// What the keys in the cache were read from.
    read_from: Vec<u8>,
    generation: Generation,
}

impl HeldTokens {
    /// No keys are known yet.
    pub(super) fn new(verifier: Verifier, clock: Arc<dyn Clock>) -> Self {
        Self {
            verifier,
            keys: RwLock::default(),
            remembered: Remembered::default(),
            changed: watch::Sender::new(0),
            unknown_key: Notify::new(),
            clock,
        }
    }

    /// Takes note of what happened to the keys.
    pub(super) fn step(&self, event: Event<'_>) -> Next {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let next = keys.cache.step(event, self.clock.monotonic());
        let is_other = next.rejected.is_none() && keys.note(event);
        drop(keys);
        if is_other {
            self.changed.send_modify(|version| *version += 1);
        }
        next
    }

    /// Whether any token can be verified now.
    pub(super) fn has_keys(&self) -> bool {
        self.keys().is_some()
    }

    /// Waits until a token names a key that is not known. Cancel safe.
    pub(super) async fn unknown_key(&self) {
        self.unknown_key.notified().await;
    }

    fn keys(&self) -> Option<(Arc<KeySet>, Generation)> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let set = keys.cache.keys(self.clock.monotonic())?;
        Some((set.clone(), keys.generation))
    }
}

impl Keys {
    /// Whether the keys are others now. A provider gives the same ones most of the time.
    fn note(&mut self, event: Event<'_>) -> bool {
        let (Event::Fetched(bytes) | Event::Kept(bytes, _)) = event else {
            return false;
        };
        let is_other = self.read_from != bytes;
        if is_other {
            self.read_from = bytes.to_vec();
            self.generation += 1;
        }
        is_other
    }
}

impl Tokens for HeldTokens {
    fn verify(&self, token: &Token, now: Now) -> Result<(Principal, Timestamp), UnverifiedToken> {
        let (keys, generation) = self.keys().ok_or(UnverifiedToken::NoKeys)?;
        let token = token.expose();
        let fingerprint = Fingerprint::of(token);
        if let Some(known) = self.remembered.get(&fingerprint, generation, now.wall) {
            return Ok(known);
        }
        match self.verifier.verify(token, &keys, now.wall) {
            Ok(verified) => {
                let known = (verified.principal.clone(), verified.until);
                self.remembered
                    .put(fingerprint, token.len(), verified, generation);
                Ok(known)
            }
            Err(refusal) => {
                if refusal == Refusal::UnknownKey {
                    self.unknown_key.notify_one();
                }
                Err(UnverifiedToken::Refused(reason(refusal)))
            }
        }
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

/// What a refusal is counted as.
fn reason(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::TooLong => "token_too_long",
        Refusal::Malformed => "token_malformed",
        Refusal::Algorithm => "token_algorithm",
        Refusal::UnknownKey => "token_unknown_key",
        Refusal::Signature => "token_signature",
        Refusal::Issuer => "token_issuer",
        Refusal::Audience => "token_audience",
        Refusal::Expired => "token_expired",
        Refusal::NotYet => "token_not_yet",
        Refusal::Claims => "token_claims",
    }
}

impl fmt::Debug for HeldTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldTokens").finish_non_exhaustive()
    }
}
