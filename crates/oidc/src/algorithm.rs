//! The algorithms that tokens may be signed with.

use jsonwebtoken as jwt;
use serde::Deserialize;

/// An asymmetric signature. `none` is not one, and neither are those with a shared secret: who
/// took a provider's public key for such a secret would let in whoever can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[allow(missing_docs)] // they are named by RFC 7518 and RFC 8037
pub enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

impl Algorithm {
    /// Those of RSA keys.
    pub(crate) const RSA: &[Self] = &[
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
    ];

    pub(crate) fn from_jwt(algorithm: jwt::Algorithm) -> Option<Self> {
        match algorithm {
            jwt::Algorithm::RS256 => Some(Self::RS256),
            jwt::Algorithm::RS384 => Some(Self::RS384),
            jwt::Algorithm::RS512 => Some(Self::RS512),
            jwt::Algorithm::PS256 => Some(Self::PS256),
            jwt::Algorithm::PS384 => Some(Self::PS384),
            jwt::Algorithm::PS512 => Some(Self::PS512),
            jwt::Algorithm::ES256 => Some(Self::ES256),
            jwt::Algorithm::ES384 => Some(Self::ES384),
            jwt::Algorithm::EdDSA => Some(Self::EdDSA),
            // HMAC, and what a later version may add
            _ => None,
        }
    }

    pub(crate) fn as_jwt(self) -> jwt::Algorithm {
        match self {
            Self::RS256 => jwt::Algorithm::RS256,
            Self::RS384 => jwt::Algorithm::RS384,
            Self::RS512 => jwt::Algorithm::RS512,
            Self::PS256 => jwt::Algorithm::PS256,
            Self::PS384 => jwt::Algorithm::PS384,
            Self::PS512 => jwt::Algorithm::PS512,
            Self::ES256 => jwt::Algorithm::ES256,
            Self::ES384 => jwt::Algorithm::ES384,
            Self::EdDSA => jwt::Algorithm::EdDSA,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }
}
