//! The gateway as a process.

use std::process::ExitCode;

fn main() -> ExitCode {
    vortex_kit::process::main(&vortex_gateway::ABOUT, vortex_gateway::start)
}
