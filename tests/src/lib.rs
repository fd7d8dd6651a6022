//! The mesh as its users run it: real processes on this machine, as one process
//! by `vortex up` or as many.
//!
//! The programs are taken from the folder that the tests were built into:
//! `tests/run` builds them first.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod link;
mod load;
mod mesh;
mod process;
mod repository;
mod small_disk;
mod usage;

pub use link::{Cut, Link, Lossy};
pub use load::{Load, Measured};
pub use mesh::{Answer, Mesh, Mode, Options, Place, Twin};
pub use process::{GLANCE, PATIENCE, Process, Ran, run, run_in};
pub use repository::{Repository, bundle};
pub use small_disk::SmallDisk;
pub use usage::{cpu_time, peak, resident, written};
pub use vortex_service::ServiceName;
