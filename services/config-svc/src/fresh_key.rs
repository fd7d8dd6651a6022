//! Makes API keys of the operating system's random bytes.

use vortex_access::{ApiKey, KeyId};
use zeroize::Zeroizing;

/// The operating system gives no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random bytes: {0}")]
pub(crate) struct NoRandomness(getrandom::Error);

/// A new key, which nobody else has.
pub(crate) fn make() -> Result<ApiKey, NoRandomness> {
    let mut id = [0; KeyId::BYTES];
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut id).map_err(NoRandomness)?;
    getrandom::fill(secret.as_mut()).map_err(NoRandomness)?;
    Ok(ApiKey::from_random(id, *secret))
}
