//! Compares two configurations.

use serde_json::Value;

/// The RFC 6902 operations that turn `from` into `to`.
pub(crate) fn json_patch(from: &Value, to: &Value) -> json_patch::Patch {
    json_patch::diff(from, to)
}
