//! Limits for one file, so that no input takes memory or time out of proportion to its size.

use crate::document::Origin;
use crate::error::{ErrorKind, ParseError};

/// How deep collections and the parts of dotted keys may nest.
pub(crate) const DEPTH: usize = 64;
/// How many documents a file may have.
pub(crate) const DOCUMENTS: usize = 1_000;
/// How many values a file may have, aliases followed.
pub(crate) const NODES: usize = 100_000;
/// How many bytes its flat keys and values may take, aliases followed.
pub(crate) const FLAT_BYTES: usize = 16 << 20;

/// Values that are read on a thread that others wait for.
const NODES_AT_ONCE: usize = 2_000;
/// Bytes of flat keys and values that are.
const FLAT_BYTES_AT_ONCE: usize = 256 << 10;
/// Values read between two looks at whether anybody still waits.
const UNWATCHED: usize = 512;

/// The limits of reading a file.
#[derive(Clone, Copy)]
pub struct Allowance<'a> {
    nodes: usize,
    bytes: usize,
    gave_up: &'a dyn Fn() -> bool,
}

impl Allowance<'static> {
    /// All that a file may take.
    pub const fn whole() -> Self {
        Self {
            nodes: NODES,
            bytes: FLAT_BYTES,
            gave_up: &|| false,
        }
    }

    /// What is read on a thread that others wait for, well below a millisecond: a short file
    /// may hold much, by aliases. What does not suffice is told by
    /// [`ParseError::is_of_allowance`].
    pub const fn at_once() -> Self {
        Self {
            nodes: NODES_AT_ONCE,
            bytes: FLAT_BYTES_AT_ONCE,
            gave_up: &|| false,
        }
    }
}

impl Allowance<'_> {
    /// As much, until nobody waits any more, which `gave_up` is asked now and then.
    pub fn until(self, gave_up: &dyn Fn() -> bool) -> Allowance<'_> {
        Allowance { gave_up, ..self }
    }
}

impl std::fmt::Debug for Allowance<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { nodes, bytes, .. } = self;
        f.debug_struct("Allowance")
            .field("nodes", nodes)
            .field("bytes", bytes)
            .finish_non_exhaustive()
    }
}

/// The rest of a file's allowance in one stage of its reading.
#[derive(Debug)]
pub(crate) struct Budget<'a> {
    nodes: usize,
    tree: usize,
    bytes: usize,
    aliased: bool,
    allowance: Allowance<'a>,
}

impl<'a> Budget<'a> {
    pub(crate) fn new(allowance: Allowance<'a>) -> Self {
        Self {
            nodes: allowance.nodes,
            tree: allowance.nodes,
            bytes: allowance.bytes,
            aliased: false,
            allowance,
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
        if self.nodes.is_multiple_of(UNWATCHED) && (self.allowance.gave_up)() {
            return Err(ParseError::new(ErrorKind::GivenUp, at));
        }
        Ok(())
    }

    /// Takes the values of a finished document: keys with dots and indices make more of them
    /// than are written.
    pub(crate) fn take_tree(&mut self, values: usize) -> Result<(), ParseError> {
        let spent = self.spent(Origin::START);
        self.tree = self.tree.checked_sub(values).ok_or(spent)?;
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
