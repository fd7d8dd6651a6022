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
mod words;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

/// Does what the arguments say.
pub fn main() -> ExitCode {
    let parsed = cli::Cli::try_parse();
    parsed.map_or_else(|error| misspelt(&error), cli::Cli::run)
}

/// Prints help where that was asked for; else what is wrong, and what a word of another tool is
/// called here.
fn misspelt(error: &clap::Error) -> ExitCode {
    // when standard error is gone the exit code is all there is to say
    let _ = error.print();
    if let Some(hint) = words::hint(error) {
        let _ = writeln!(io::stderr(), "\nhint: {hint}");
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}
