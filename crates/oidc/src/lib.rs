//! Tokens (JWT) that an identity provider signed, and the principals they stand for.
//!
//! [`KeySet`] reads the provider's public keys (JWKS), [`JwksCache`] says when to fetch them and
//! which to believe, and [`Verifier`] holds a token against them and against [`Settings`]: issuer,
//! audience, algorithms, and which claims grant what.
//!
//! Signatures are checked by ring, the workspace's one provider of cryptography, which
//! `jsonwebtoken` is given: of those that it brings along, one is a second TLS library's and the
//! other has an RSA implementation with an open advisory (RUSTSEC-2023-0071). Its clock is not
//! used, since it is the machine's, and time is given here.
//!
//! Everything here is a pure function of its arguments, but for that one provider, which is set
//! for the process. Fetching is left to who has sockets.

mod algorithm;
mod cache;
mod claims;
mod jwks;
mod provider;
mod settings;
mod verifier;

pub use algorithm::Algorithm;
pub use cache::{Event, JwksCache, Next};
pub use jwks::{InvalidJwks, KeySet, MAX_JWKS, MAX_KEYS};
pub use settings::{InvalidSettings, MAX_RULES, Rule, Settings};
pub use verifier::{LEEWAY, Refusal, Verified, Verifier};
