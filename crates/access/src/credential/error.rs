//! Why a request's credential can't be read.

use std::fmt;

use super::MAX_CREDENTIAL;
use crate::InvalidKey;

/// Where a credential may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// `X-API-Key`.
    ApiKey,
    /// `Authorization: Bearer`.
    Authorization,
    /// The password of `Authorization: Basic`.
    Basic,
    /// `?token=`.
    Query,
    /// `Sec-WebSocket-Protocol`.
    Subprotocol,
}

/// What stands in a credential's place and is not one. Never repeats any of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCredential {
    /// Nothing where a credential must stand.
    #[error("{0} is empty: an API key or a token is expected")]
    Empty(Place),
    /// Longer than any credential may be.
    #[error("{0} is too long: at most {MAX_CREDENTIAL} bytes are allowed")]
    TooLong(Place),
    /// Bytes that no credential has.
    #[error("{0} is not valid: printable ASCII is expected")]
    NotText(Place),
    /// Another scheme of `Authorization`.
    #[error("the scheme of Authorization is not supported: Bearer or Basic is expected")]
    Scheme,
    /// `Basic` without base 64 of `user:password`.
    #[error("Authorization is not valid: Basic is followed by the base64 of `user:API key`")]
    Basic,
    /// Not a key, where one is expected.
    #[error("{0} is not valid: {1}")]
    Key(Place, InvalidKey),
    /// Two different credentials.
    #[error("{0} and {1} hold different credentials: send one")]
    Conflict(Place, Place),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiKey => "X-API-Key",
            Self::Authorization => "Authorization",
            Self::Basic => "the password in Authorization",
            Self::Query => "the parameter `token`",
            Self::Subprotocol => "the subprotocol `bearer.…`",
        })
    }
}
