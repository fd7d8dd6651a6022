//! What one file may cost, so that no input can take memory or time out of
//! proportion to its size.

/// How deep collections and the parts of dotted keys may nest.
pub(crate) const DEPTH: usize = 64;
/// How many documents a file may have.
pub(crate) const DOCUMENTS: usize = 1_000;
/// How many values a file may have, aliases followed.
pub(crate) const NODES: usize = 100_000;
/// How many bytes its flat keys and values may take, aliases followed.
pub(crate) const FLAT_BYTES: usize = 16 << 20;

use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};

/// What is left of a file's allowance in one stage of its reading.
#[derive(Debug)]
pub(crate) struct Budget {
    nodes: usize,
    bytes: usize,
    aliased: bool,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self {
            nodes: NODES,
            bytes: FLAT_BYTES,
            aliased: false,
        }
    }

    /// From here on an exceeded allowance is blamed on aliases.
    pub(crate) fn follows_aliases(&mut self) {
        self.aliased = true;
    }

    /// Passes on whether aliases were followed.
    pub(crate) fn continues(&mut self, earlier: &Self) {
        self.aliased |= earlier.aliased;
    }

    pub(crate) fn take_node(&mut self, at: Origin) -> Result<(), ParseError> {
        self.nodes = self.nodes.checked_sub(1).ok_or_else(|| self.spent(at))?;
        Ok(())
    }

    pub(crate) fn take_bytes(&mut self, bytes: usize, at: Origin) -> Result<(), ParseError> {
        self.bytes = self
            .bytes
            .checked_sub(bytes)
            .ok_or_else(|| self.spent(at))?;
        Ok(())
    }

    fn spent(&self, at: Origin) -> ParseError {
        let kind = if self.aliased {
            ErrorKind::AliasBomb { limit: NODES }
        } else {
            ErrorKind::TooManyKeys { limit: NODES }
        };
        ParseError::new(kind, at)
    }
}
