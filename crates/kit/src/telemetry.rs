//! Logs of the process and metrics of each service in it.

mod format;
mod live;
mod logs;
mod metrics;

pub use live::Sample;
pub use logs::{InitError, LogFormat, init_logs};
pub use metrics::{Labels, Metrics};
