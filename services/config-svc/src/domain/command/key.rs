//! Commands about API keys.

use std::time::Duration;

use vortex_access::{KeyId, Name, Sealed};

use super::{super::KeyGrants, Expires};

/// A key to be created.
#[derive(Debug, Clone)]
pub struct CreateKey {
    /// What is known of it here.
    pub key: Sealed,
    pub name: Name,
    pub grants: KeyGrants,
    /// When it ends by itself. None if never.
    pub expires: Option<Expires>,
}

/// A key to be replaced by a new one of the same name, grants and lifetime.
#[derive(Debug, Clone)]
pub struct RotateKey {
    pub id: KeyId,
    /// What is known of the new one here.
    pub fresh: Sealed,
    /// How long the old one stays valid.
    pub overlap: Duration,
}
