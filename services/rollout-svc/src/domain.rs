//! The rules of rollouts: pure functions of their arguments, with time as a value.

pub mod analysis;
