//! The service over a real config-svc, with a link between them that may lose, double and delay.
//!
//! `VORTEX_SEED` repeats a random run.

#![allow(clippy::expect_used, clippy::unwrap_used)] // A fixture that fails has failed the test.
#![allow(clippy::print_stdout)] // Seeds.

mod breaker;
mod by_source;
mod commands;
mod detached;
mod drift;
mod faults;
mod few;
mod freezes;
mod gates;
mod instances;
mod keys;
mod line;
mod link;
mod mesh;
mod notified;
mod refused;
mod reported;
mod reverts;
mod rolled_back;
mod start;
mod stored;
mod transitions;
mod walk;
mod windows;
