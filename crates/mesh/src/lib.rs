//! All services of the mesh in one process: what `vortex up` runs.
//!
//! They call each other without a network, with the same layers around every
//! call, and each listens on its gRPC port as well.

mod banner;
mod data;
mod ports;
mod run;
mod settings;
mod start;

pub use banner::{Banner, Scheme};
pub use data::{Data, DataError};
pub use ports::{Ports, TooHigh};
pub use run::{RunError, run};
pub use settings::{ABOUT, HeartbeatSettings, Settings};
pub use start::{Runtimes, StartError, start};
