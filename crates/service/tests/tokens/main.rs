//! Tokens of a provider, by keys from real sockets and files.

#![allow(clippy::unwrap_used)] // all of this is test code

mod fetching;
mod guarded;
#[path = "../../../oidc/tests/tokens/issuer.rs"]
mod issuer;
mod kept;
mod server;
mod settings;
mod taken;
