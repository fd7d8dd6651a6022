//! The service from its store to its gRPC, on real folders, repositories and sockets.
//!
//! `VORTEX_SEED` repeats a random run; `VORTEX_SOAK=1` tries ten times as often.

#![allow(clippy::expect_used, clippy::unwrap_used)] // A fixture that fails has failed the test.
#![allow(clippy::print_stdout)] // Seeds, and what a writing process tells.

mod commands;
mod crash;
mod engine;
mod grpc;
mod random;
mod retention;
mod service;
mod sources;
mod splits;
mod store;
mod stored;
mod views;
mod watch;
