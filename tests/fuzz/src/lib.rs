//! Fuzzes every parser that meets bytes from outside.
//!
//! [`PARSERS`] is the table: a name, which is that of a folder of `corpus/` too, and a check that
//! parses bytes and panics when a property does not hold. [`run()`] checks the corpus and mutations
//! of it, the same ones for the same seed. A check is a plain function of bytes, so a
//! coverage-guided fuzzer can call it as well: see `docs/security.md`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // all of this is test code

mod checks;
mod corpus;
mod mutator;
mod run;
mod shrink;

pub use checks::PARSERS;
pub use corpus::{folder, inputs, keep};
pub use run::{Bounds, Failure, Tally, run};

/// A parser, and what holds for whatever it is given.
#[derive(Clone, Copy, Debug)]
pub struct Parser {
    /// Its name, and that of its folder of inputs.
    pub name: &'static str,
    /// What its inputs are made of: mutations insert them.
    pub tokens: &'static [&'static [u8]],
    /// Parses an input and asserts what must hold; says whether it was accepted.
    pub check: fn(&[u8]) -> bool,
}
