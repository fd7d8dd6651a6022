//! Tokens that were verified, so that a signature is not checked again with every call.

use jiff::Timestamp;
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest as _, Sha256};
use vortex_kit::access::Principal;
use vortex_oidc::Verified;

/// About how many bytes they may take; the least used are forgotten.
const BYTES: u64 = 16 << 20;
/// Number of tokens to size the table for.
const EXPECTED: usize = 4_096;
/// About what one takes beside its claims.
const OVERHEAD: u64 = 512;

/// A token by which it is known here: never the token itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint([u8; 32]);

/// Which keys are believed: another number, other keys.
pub(super) type Generation = u64;

/// Verified tokens, and by which keys.
#[derive(Debug)]
pub(super) struct Remembered {
    tokens: Cache<Fingerprint, Known, Weight>,
}

#[derive(Clone, Debug)]
struct Known {
    verified: Verified,
    by: Generation,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<Fingerprint, Known> for Weight {
    fn weight(&self, _: &Fingerprint, known: &Known) -> u64 {
        known.bytes as u64 + OVERHEAD
    }
}

impl Fingerprint {
    pub(super) fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            tokens: Cache::with_weighter(EXPECTED, BYTES, Weight),
        }
    }
}

impl Remembered {
    /// Whose token it is, if these keys have verified it and it still holds.
    pub(super) fn get(
        &self,
        token: &Fingerprint,
        by: Generation,
        now: Timestamp,
    ) -> Option<(Principal, Timestamp)> {
        let known = self.tokens.get(token)?;
        let Verified { principal, until } = known.verified;
        (known.by == by && now < until).then_some((principal, until))
    }

    /// Remembers a token of so many bytes. What its claims grant takes no more than they do.
    pub(super) fn put(&self, token: Fingerprint, bytes: usize, verified: Verified, by: Generation) {
        let known = Known {
            verified,
            by,
            bytes,
        };
        self.tokens.insert(token, known);
    }
}

#[cfg(test)]
mod tests {
    use vortex_access::Kind;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn verified() -> Verified {
        Verified {
            principal: Principal::new(Kind::Jwt, "alice".parse().unwrap(), []),
            until: at(60),
        }
    }

    #[test]
    fn a_token_is_known_until_it_ends_or_other_keys_are_believed() {
        let remembered = Remembered::default();
        let token = Fingerprint::of("a.b.c");
        assert!(remembered.get(&token, 1, NOW).is_none());
        remembered.put(token, 5, verified(), 1);
        assert!(remembered.get(&token, 1, at(59)).is_some());
        assert!(remembered.get(&token, 1, at(60)).is_none());
        assert!(remembered.get(&token, 2, NOW).is_none());
        assert!(remembered.get(&Fingerprint::of("a.b.d"), 1, NOW).is_none());
    }

    #[test]
    fn however_many_tokens_come_no_more_room_is_taken() {
        let remembered = Remembered::default();
        for number in 0..100_000 {
            let token = Fingerprint::of(&number.to_string());
            remembered.put(token, 1_500, verified(), 1);
        }
        assert!(remembered.tokens.weight() <= BYTES);
    }
}
