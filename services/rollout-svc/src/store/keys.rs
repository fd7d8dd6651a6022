//! The keys of stored entries.

use bytes::Bytes;
use vortex_store::Range;

use crate::domain::{MAX_SLICES, RolloutId};

pub(super) const BREAKER: &str = "breaker";
/// What the keys of all audits begin with.
pub(super) const AUDITS: &str = "audit/";

pub(super) fn rollout(id: &RolloutId) -> Bytes {
    format!("rollout/{id}").into()
}

pub(super) fn rollouts() -> Range {
    Range::prefix("rollout/")
}

/// Parts are numbered so that they sort in order.
pub(super) fn spec(id: &RolloutId, part: usize) -> Bytes {
    format!("spec/{id}/{part:04}").into()
}

pub(super) fn spec_parts(id: &RolloutId) -> Range {
    Range::prefix(format!("spec/{id}/"))
}

pub(super) fn specs() -> Range {
    Range::prefix("spec/")
}

pub(super) fn audit(id: &RolloutId, number: u64) -> Bytes {
    format!("audit/{id}/{number:010}").into()
}

pub(super) fn audits(id: &RolloutId) -> Range {
    Range::prefix(format!("audit/{id}/"))
}

/// The range of entries after this number.
pub(super) fn audits_after(id: &RolloutId, number: u64) -> Range {
    let all = audits(id);
    Range::new(audit(id, number.saturating_add(1)), all.end)
}

pub(super) fn measured(id: &RolloutId) -> Bytes {
    format!("measured/{id}").into()
}

/// The newest slices overwrite the oldest.
pub(super) fn slice(id: &RolloutId, number: u64) -> Bytes {
    format!("slice/{id}/{:02}", number % MAX_SLICES as u64).into()
}

pub(super) fn slices(id: &RolloutId) -> Range {
    Range::prefix(format!("slice/{id}/"))
}

pub(super) fn request(hash: &[u8; 32]) -> Bytes {
    format!("request/{}", hex::encode(hash)).into()
}

pub(super) fn requests() -> Range {
    Range::prefix("request/")
}

pub(super) fn reverting(id: &RolloutId) -> Bytes {
    format!("reverting/{id}").into()
}

pub(super) fn all_reverting() -> Range {
    Range::prefix("reverting/").keys_only()
}

/// The part of a key after the group's name.
pub(super) fn after_group(key: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(key).ok()?;
    text.split('/').nth(1)
}
