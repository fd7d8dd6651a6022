//! Times.

use std::time::SystemTime;

use jiff::Timestamp;

/// A point in time as services take it.
pub(crate) fn to_proto(time: Timestamp) -> prost_types::Timestamp {
    SystemTime::from(time).into()
}
