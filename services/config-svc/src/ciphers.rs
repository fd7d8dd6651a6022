//! The keys of encrypted values, and whether these are decrypted when they are served.

mod settings;

pub use settings::{CipherSettings, CipherSettingsError};

use std::sync::Arc;

use vortex_cipher::{CannotDecrypt, Keys};

/// What is done with encrypted values. A clone is a pointer.
#[derive(Clone, Debug, Default)]
pub struct Ciphers {
    keys: Option<Arc<Keys>>,
    /// Whether they are served as they are written.
    as_written: bool,
}

impl Ciphers {
    /// With these keys. Without any, no value can be decrypted.
    pub fn new(keys: Option<Keys>, as_written: bool) -> Self {
        Self {
            keys: keys.map(Arc::new),
            as_written,
        }
    }

    /// The keys, if there are any.
    pub fn keys(&self) -> Option<&Keys> {
        self.keys.as_deref()
    }

    /// Whether values are decrypted when they are served.
    pub(crate) fn are_decrypted(&self) -> bool {
        !self.as_written
    }

    /// Decrypts what follows `{cipher}`.
    pub(crate) fn decrypt(&self, text: &str) -> Result<String, CannotDecrypt> {
        match &self.keys {
            Some(keys) => keys.decrypt(text),
            None => Err(CannotDecrypt::NoKey),
        }
    }
}
