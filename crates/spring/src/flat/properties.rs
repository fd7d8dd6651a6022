//! The properties form.

use serde_json::Value;

use crate::java;

/// One `key: value` a line, as Spring writes it: nothing is escaped.
pub(super) fn write(properties: &[(&str, &Value)]) -> String {
    let lines: Vec<String> = properties
        .iter()
        .map(|(key, value)| [key, ": ", &java::text(value)].concat())
        .collect();
    lines.join("\n")
}
