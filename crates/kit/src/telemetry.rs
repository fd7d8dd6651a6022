//! Logs and traces of the process, and metrics of each service in it.

mod format;
mod live;
mod logs;
mod metrics;
mod traces;

pub use live::Sample;
pub use logs::{InitError, LogFormat, init_logs};
pub use metrics::{Labels, Metrics};
pub(crate) use traces::Traces;
pub use traces::{CannotExport, Did, Spans};
