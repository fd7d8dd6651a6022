//! The analysis of rollouts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // all of this is test code

mod bad_input;
mod decisions;
mod gates;
mod outage;
mod rollout;
mod sequential;
mod slices;
mod statistics;
