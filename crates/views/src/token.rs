//! Positions of config-svc's log.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// A position in the log of one store, `store_id:position` as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The store, which is another one after a restore.
    pub store: Uuid,
    /// The position.
    pub position: u64,
}

/// A text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a token: expected STORE_ID:POSITION")]
pub struct InvalidToken;

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.store.simple(), self.position)
    }
}

impl FromStr for Token {
    type Err = InvalidToken;

    fn from_str(given: &str) -> Result<Self, InvalidToken> {
        let (store, position) = given.split_once(':').ok_or(InvalidToken)?;
        Ok(Self {
            store: store.parse().map_err(|_| InvalidToken)?,
            position: position.parse().map_err(|_| InvalidToken)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reads_as_it_is_written() {
        let text = "0123456789abcdef0123456789abcdef:42";
        let token: Token = text.parse().unwrap();
        assert_eq!(token.position, 42);
        assert_eq!(token.to_string(), text);
        for text in ["", "42", "x:42", "0123456789abcdef0123456789abcdef:-1"] {
            assert_eq!(text.parse::<Token>(), Err(InvalidToken), "{text}");
        }
    }
}
