//! The intake of heartbeats as a process.

use std::process::ExitCode;

use vortex_heartbeat_ingest::{ABOUT, serve};

/// As in config-svc, where reads spent a fifth of their time in the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    vortex_kit::process::main(&ABOUT, serve)
}
