//! Latencies as a DDSketch: quantiles within 1 %, of any number of values in bounded space.
//!
//! A client that reports latencies makes a [`Sketch`] and sends its [`Parts`]; rollout-svc reads the parts of
//! sketches in any language, merges them, and asks for quantiles.
//!
//! Charles Masson, Jee E. Rim and Homin K. Lee, *DDSketch: A Fast and Fully-Mergeable Quantile
//! Sketch with Relative-Error Guarantees*, VLDB 2019. None of the
//! existing crates can be made from a message's bins, or reads the mappings of other languages.
//!
//! Everything here is a pure function of its arguments, and of bounded size.

mod mapping;
mod parts;
mod sketch;

pub use mapping::{Interpolation, Mapping};
pub use parts::{InvalidSketch, Parts};
pub use sketch::{Bins, Sketch};
