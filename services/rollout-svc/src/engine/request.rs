//! Who asks, and what came of figures.

use sha2::{Digest as _, Sha256};

use crate::domain::{Author, RequestId, SELF};

/// The caller of a request, and the id that tells a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// The principal.
    pub principal: String,
    /// The id that the caller gave.
    pub id: Option<RequestId>,
    /// The hash of the rest of the request.
    pub body: [u8; 32],
}

/// What became of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reported {
    /// They were counted before, and not again.
    pub repeated: bool,
    /// The rollout's generation.
    pub generation: u64,
}

impl Request {
    /// A request of the service itself, which has no repeats.
    pub(super) fn own() -> Self {
        Self {
            principal: SELF.to_owned(),
            id: None,
            body: [0; 32],
        }
    }

    /// The author of a command: the caller, with a reason.
    pub(super) fn author(&self, reason: String) -> Author {
        Author {
            principal: self.principal.clone(),
            reason,
        }
    }

    /// The key by which a repeat is found: the hash of the caller and of the id.
    pub(super) fn key(&self) -> Option<[u8; 32]> {
        let id = self.id.as_ref()?;
        let hash = Sha256::new()
            .chain_update(&self.principal)
            .chain_update([0])
            .chain_update(id.as_str());
        Some(hash.finalize().into())
    }
}
