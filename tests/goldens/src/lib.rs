//! Answers of a real Spring Cloud Config Server, and the comparison with ours.
//!
//! [`load`] reads a file of goldens, [`check`] compares an answer with one,
//! by what the README beside the files says must hold for its kind.

mod check;
mod compare;
mod flat;
mod golden;

pub use check::{Answer, Difference, check};
pub use golden::{Body, Golden, Kind, LoadError, load};
