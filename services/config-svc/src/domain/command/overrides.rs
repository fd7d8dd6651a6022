//! Commands about overrides.

use std::time::Duration;

use jiff::Timestamp;

use super::super::{OverrideTarget, OverrideValues};

/// An override to be set.
#[derive(Debug, Clone)]
pub struct SetOverride {
    pub target: OverrideTarget,
    pub values: OverrideValues,
    /// Why, for people.
    pub reason: String,
    /// Who sets it, as the caller says.
    pub author: String,
    pub expires: Expires,
}

/// When an override ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expires {
    /// At this time.
    At(Timestamp),
    /// So long after it was set.
    After(Duration),
}

/// An override to be ended.
#[derive(Debug, Clone)]
pub struct RemoveOverride {
    pub target: OverrideTarget,
    /// Why, for people.
    pub reason: String,
    /// Who ends it, as the caller says.
    pub author: String,
}
