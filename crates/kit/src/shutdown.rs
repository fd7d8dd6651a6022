//! The orderly end of a process: not ready, a delay, a drain with a deadline, then the rest.

mod drain;
mod group;
mod lifecycle;

pub use drain::{Drain, Guarded};
pub use lifecycle::{Lifecycle, Lost, Stopped};
