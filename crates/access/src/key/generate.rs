//! Makes keys of the operating system's random bytes.

use zeroize::Zeroizing;

use super::{ApiKey, KeyId};

/// The operating system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random bytes: {0}")]
pub struct NoRandomness(getrandom::Error);

impl ApiKey {
    /// A new key, which nobody else has.
    ///
    /// # Errors
    /// The operating system gives no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut id = [0; KeyId::BYTES];
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut id).map_err(NoRandomness)?;
        getrandom::fill(secret.as_mut()).map_err(NoRandomness)?;
        Ok(Self::from_random(id, *secret))
    }
}
