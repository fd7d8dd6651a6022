//! Commands about ownership.

use vortex_pattern::Pattern;

use super::super::ClusterId;

/// Who is to own the documents of a pattern.
#[derive(Debug, Clone)]
pub struct SetOwnership {
    pub pattern: Pattern,
    pub owner: ClusterId,
    /// The counter of the epoch in which these documents must be owned now; 0 while nothing is said.
    /// None where any will do.
    pub expect_epoch: Option<u64>,
    /// Whether they are taken from an owner that is not asked.
    pub force: bool,
}
