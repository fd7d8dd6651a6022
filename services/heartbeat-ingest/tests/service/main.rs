//! The service between clients, a config-svc that says what a test says, and receivers that take
//! windows as the contract says.
//!
//! `VORTEX_SEED` repeats a random run.

#![allow(clippy::expect_used, clippy::unwrap_used)] // A fixture that fails has failed the test.
#![allow(clippy::print_stdout)] // Seeds.

mod bad_input;
mod delivery;
mod expectations;
mod expected_by_config_svc;
mod flood;
mod ingest;
mod offers;
mod receivers;
mod session;
mod views;
mod windows;
