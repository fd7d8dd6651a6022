//! The properties form.

use super::combine::Property;
use crate::java;

/// One `key: value` a line, as Spring writes it: nothing is escaped.
pub(super) fn write(properties: &[Property<'_>]) -> String {
    let lines: Vec<String> = properties
        .iter()
        .map(|property| [property.key, ": ", &java::text(property.value)].concat())
        .collect();
    lines.join("\n")
}
