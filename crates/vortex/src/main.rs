//! The `vortex` command.
fn main() {}
