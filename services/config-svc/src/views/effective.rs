//! The merged configuration.

use bytes::Bytes;
use serde_json::Value;

use super::rendered::json_bytes;
use crate::domain::Sha256;

/// A merged configuration, ready to be sent.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The configuration as JSON.
    pub json: Bytes,
    /// SHA-256 of it, in hex.
    pub digest: String,
}

impl Effective {
    pub(super) fn of<'a>(trees: impl Iterator<Item = &'a Value>) -> Self {
        let json = json_bytes(&vortex_spring::effective(trees));
        let digest = Sha256::of(&json).to_string();
        Self { json, digest }
    }
}
