//! The `vortex` command.

use std::process::ExitCode;

/// A fifth of a read's time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vortex_command::main()
}
