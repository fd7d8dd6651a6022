//! The tokens of an identity provider that a service verifies by.

use std::fmt::Debug;

use jiff::Timestamp;
use tokio::sync::watch;
use vortex_access::{Now, Principal, Token};

/// Verifies tokens of an identity provider.
pub trait Tokens: Debug + Send + Sync + 'static {
    /// Whose token this is, and until when it is valid at most. Streams ask again and again, so
    /// what was verified once is best remembered.
    ///
    /// # Errors
    /// The token is refused, or nobody can say.
    fn verify(&self, token: &Token, now: Now) -> Result<(Principal, Timestamp), UnverifiedToken>;

    /// Told when a token that was valid may not be any more: the provider has other keys.
    fn changes(&self) -> watch::Receiver<u64>;
}

/// Why nobody is known by a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnverifiedToken {
    /// The token is not valid. Why not is counted, and never told.
    #[error("{0}")]
    Refused(&'static str),
    /// Nobody knows: the provider's keys can't be had. It is not the caller's fault, who should
    /// try again later.
    #[error("tokens can't be verified now: the keys of their provider are not known")]
    NoKeys,
}
