//! Tokens: positions in the log of one store.

use super::Seq;
use std::{fmt, str::FromStr};

/// The id of a store, which changes when the store is restored.
pub(crate) type StoreId = uuid::Uuid;

/// A position in a store's log, `store_id:seq` as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub store: StoreId,
    /// The last record it covers.
    pub seq: Seq,
}

/// Why a text is not a valid token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a token: expected STORE_ID:SEQUENCE, as X-Vortex-Revision gives it")]
pub struct InvalidToken(String);

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.store.simple(), self.seq)
    }
}

impl FromStr for Token {
    type Err = InvalidToken;

    fn from_str(given: &str) -> Result<Self, InvalidToken> {
        let invalid = || InvalidToken(given.chars().take(80).collect());
        let (store, seq) = given.split_once(':').ok_or_else(invalid)?;
        Ok(Self {
            store: store.parse().map_err(|_| invalid())?,
            seq: Seq(seq.parse().map_err(|_| invalid())?),
        })
    }
}
