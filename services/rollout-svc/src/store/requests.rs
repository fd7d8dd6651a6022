//! Stores answered requests, so that a repeat changes nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Breaker, RolloutId, Standing};

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The hash of who asked, and of the id they gave.
    #[serde(with = "as_hex")]
    pub key: [u8; 32],
    /// The hash of what they asked.
    #[serde(with = "as_hex")]
    pub body: [u8; 32],
    /// When it was answered.
    pub at: Timestamp,
    /// The answer.
    pub answer: Answer,
}

/// What a request was answered with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// A rollout as it stood then.
    Rollout(RolloutId, Standing),
    /// That a rollout is deleted.
    Deleted,
    /// The breaker as it was then.
    Breaker(Breaker),
}

mod as_hex {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(D::Error::custom)?;
        Ok(hash)
    }
}
