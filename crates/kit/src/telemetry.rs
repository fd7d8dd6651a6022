//! Logs of the process and metrics of each service in it.

mod format;
mod logs;
mod metrics;

pub use logs::{InitError, LogFormat, init_logs};
pub use metrics::{Labels, Metrics};
