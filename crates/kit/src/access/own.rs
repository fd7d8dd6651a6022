//! What a process shows in its own work.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use vortex_access::Credential;

/// What a process shows in its own work; nothing at first. It may be replaced while the process
/// runs, since keys are rotated. A clone is a pointer to the same.
#[derive(Clone, Default)]
pub struct OwnCredential(Arc<RwLock<Option<Arc<Credential>>>>);

impl OwnCredential {
    /// Shows this from now on.
    pub fn set(&self, credential: Credential) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *held = Some(Arc::new(credential));
    }

    /// What is shown now.
    pub(crate) fn get(&self) -> Option<Arc<Credential>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }
}

impl From<Credential> for OwnCredential {
    fn from(credential: Credential) -> Self {
        let own = Self::default();
        own.set(credential);
        own
    }
}

impl fmt::Debug for OwnCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnCredential(hidden)")
    }
}
