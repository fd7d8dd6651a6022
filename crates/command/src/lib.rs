//! The `vortex` command but for `up`: configuration, sources, change sets and rollouts, from a
//! terminal or a script.

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

use std::process::ExitCode;

use clap::Parser;

/// Does what the arguments say.
pub fn main() -> ExitCode {
    cli::Cli::parse().run()
}
