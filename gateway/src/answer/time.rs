//! Times as text: RFC 3339.

use std::time::SystemTime;

use jiff::Timestamp;

/// Writes a point in time; `None` for one that is absent or out of range.
pub(crate) fn rfc3339(time: Option<prost_types::Timestamp>) -> Option<String> {
    let time = time?;
    let time = Timestamp::new(time.seconds, time.nanos).ok()?;
    Some(time.to_string())
}

/// A point in time as services take it.
pub(crate) fn to_proto(time: Timestamp) -> prost_types::Timestamp {
    SystemTime::from(time).into()
}
