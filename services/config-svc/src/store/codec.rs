//! Translates between the domain and the schema of what is on disk.

mod dot;
mod envelope;
mod freeze;
mod from_stored;
mod key;
mod overrides;
mod ownership;
mod past;
mod split;
mod to_stored;

#[cfg(test)]
mod tests;

/// What is made of a stored message.
pub(super) mod from {
    pub(in crate::store) use super::from_stored::{answer, label, source};
}
/// The stored messages of what has no single type in the domain.
pub(super) mod to {
    pub(in crate::store) use super::to_stored::{answer, label, source};
}

pub(super) use envelope::{Unreadable, VERSION, open, seal};
