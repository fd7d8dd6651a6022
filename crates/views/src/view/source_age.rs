//! How current the source of a label is.

use std::sync::Arc;

use jiff::Timestamp;
use vortex_proto::{
    config::v1 as pb,
    time::{from_timestamp, timestamp},
};

/// How current a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAge {
    /// Its name.
    pub source: Arc<str>,
    /// When it was last known to be read as a whole. None before the first time.
    pub last_success: Option<Timestamp>,
}

impl From<pb::SourceAge> for SourceAge {
    fn from(age: pb::SourceAge) -> Self {
        Self {
            source: age.source.into(),
            last_success: age.last_success.and_then(from_timestamp),
        }
    }
}

impl From<&SourceAge> for pb::SourceAge {
    fn from(age: &SourceAge) -> Self {
        Self {
            source: age.source.to_string(),
            last_success: age.last_success.map(timestamp),
        }
    }
}
