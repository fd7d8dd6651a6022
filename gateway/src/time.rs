//! Times as text: RFC 3339.

use vortex_proto::time::from_timestamp;

/// Writes a point in time; `None` for one that is absent or out of range.
pub(crate) fn rfc3339(time: Option<prost_types::Timestamp>) -> Option<String> {
    from_timestamp(time?).map(|time| time.to_string())
}
