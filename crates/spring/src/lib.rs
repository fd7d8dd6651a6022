//! Configuration files exactly as a Spring Cloud Config Server 5 reads them.
//!
//! Everything here is a pure function of its arguments: no I/O, no clock, no
//! state. The way from bytes to an answer:
//!
//! 1. [`parse`] makes a [`File`] of its [`Document`]s, each with its flat
//!    properties (and where each was written) and its nested value;
//! 2. [`candidates`] says which files an application and its profiles consist
//!    of, highest precedence first;
//! 3. [`compose`] picks the active documents of those that were found;
//! 4. [`effective`] merges them into one nested value, and [`flat`] writes
//!    them in Spring's flat forms.

mod activation;
mod assemble;
mod budget;
mod candidates;
mod ciphers;
mod compose;
mod document;
mod effective;
mod error;
pub mod flat;
mod format;
mod java;
mod json;
mod limits;
mod links;
mod node;
mod parse;
mod path;
pub mod placeholders;
pub mod plain_text;
mod profile;
mod properties;
mod tree;
mod yaml;

pub use activation::Activation;
pub use assemble::{Placed, assemble};
pub use budget::{Budget, Limits, Spent};
pub use candidates::{Candidate, candidates, candidates_in};
pub use ciphers::Deciphered;
pub use compose::{Found, Source, compose};
pub use document::{Document, File, Origin, Property};
pub use effective::effective;
pub use error::{ErrorKind, ParseError};
pub use format::Format;
pub use java::text as java_text;
pub use limits::Allowance;
pub use parse::{parse, parse_within};
pub use profile::{Expression, MalformedExpression};
