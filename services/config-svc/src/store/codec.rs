//! Translates between the domain and the schema of what is on disk.

mod envelope;
mod freeze;
mod from_stored;
mod key;
mod overrides;
mod past;
mod split;
mod to_stored;

#[cfg(test)]
mod tests;

pub(super) use envelope::{Unreadable, VERSION, open, seal};
