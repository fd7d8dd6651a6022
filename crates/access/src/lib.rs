//! Who a caller is, and what it may do.
//!
//! A call brings at most one [`Credential`], found in what its headers say by [`credential()`]. An
//! [`ApiKey`] is held against the [`KeyRing`], a JWT against its issuer (`vortex-oidc`); either
//! gives a [`Principal`], and [`decide`] alone says whether a principal may do what it asks. Whose
//! credentials fail again and again is slowed down by a [`Throttle`].
//!
//! Everything here is a pure function of its arguments: time and random bytes are given, nothing
//! is read or sent, but by [`ApiKey`]'s `generate`, which is a feature. Nothing shows a secret: no
//! `Debug`, no `Display`, no error.

mod credential;
mod decide;
mod grant;
mod key;
mod name;
mod principal;
mod ring;
mod role;
mod stored;
mod throttle;

pub use credential::{
    Credential, InvalidCredential, MAX_CREDENTIAL, Place, Presented, Token, credential,
};
pub use decide::{Asked, Decision, Denied, MAX_COMBINATIONS, Wanted, decide, may_give};
pub use grant::{Grant, InvalidGrant, InvalidScope, MAX_SCOPES, scope};
#[cfg(feature = "generate")]
pub use key::NoRandomness;
pub use key::{ApiKey, InvalidKey, InvalidKeyId, KeyHash, KeyId};
pub use name::{InvalidName, Name};
pub use principal::{Kind, Principal};
pub use ring::{CUT_OFF, KeyRing, Now, Unverified};
pub use role::{Role, UnknownRole};
pub use stored::{CannotRotate, ExpiryInThePast, Refusal, Sealed, StoredKey, verify};
pub use throttle::{MAX_ADDRESSES, MAX_DELAY, Throttle};
