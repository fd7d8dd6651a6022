//! The `vortex` command: configuration, its sources and its change sets, from a terminal or a
//! script.

mod cli;
mod client;
mod command;
mod console;
mod contexts;
mod difference;
mod error;
mod exit;
mod file;
mod session;
mod settings;
mod view;

use std::process::ExitCode;

use clap::Parser;

/// A fifth of a read's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::Cli::parse().run()
}
