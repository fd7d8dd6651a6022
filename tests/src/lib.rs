//! The mesh as its users run it: real processes on this machine, as one process
//! by `vortex up` or as many.
//!
//! The programs are taken from the folder that the tests were built into:
//! `tests/run` builds them first.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod mesh;
mod process;
mod repository;
mod usage;

pub use mesh::{Answer, CONFIG_SVC, Mesh, Mode, Options, ROLLOUT_SVC};
pub use process::{GLANCE, PATIENCE, Process, Ran, run};
pub use repository::{Repository, bundle};
pub use usage::{cpu_time, resident, written};
