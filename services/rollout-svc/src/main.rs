//! The rollout service as a process.

fn main() {}
