//! The part of a key that is not secret.

use std::{fmt, str::FromStr};

use super::base32::{encode, is_base32};

/// By what a key is found, listed and revoked: 16 characters of Crockford's base 32.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; Self::LENGTH]);

/// A text that is not a key's id. Does not repeat it, as it may be a whole key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key id is not valid: {} characters are expected, those after `vx_`",
    KeyId::LENGTH
)]
pub struct InvalidKeyId;

impl KeyId {
    /// Characters of an id.
    pub const LENGTH: usize = 16;
    /// Random bytes of an id.
    pub const BYTES: usize = 10;

    pub(super) fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let mut text = String::with_capacity(Self::LENGTH);
        encode(&bytes, &mut text);
        let mut id = [b'0'; Self::LENGTH];
        id.copy_from_slice(text.as_bytes());
        Self(id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        // it is ASCII: both ways to make one see to that
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(given: &str) -> Result<Self, InvalidKeyId> {
        match given.as_bytes().try_into() {
            Ok(id) if is_base32(given) => Ok(Self(id)),
            _ => Err(InvalidKeyId),
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
