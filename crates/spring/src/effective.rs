//! Merges the property sources into one nested configuration.

use serde_json::map::Entry;
use serde_json::{Map, Value};

/// Merges nested values, highest precedence first: maps merge, everything
/// else is replaced by what is higher, arrays as a whole. Null and `{}` are
/// values; where two differ in kind the higher one's stays. Values that are
/// not objects are ignored at the top.
pub fn effective<'a>(trees: impl IntoIterator<Item = &'a Value>) -> Value {
    let mut merged = Map::new();
    for tree in trees {
        if let Value::Object(lower) = tree {
            merge(&mut merged, lower);
        }
    }
    Value::Object(merged)
}

/// Adds to `higher` what `lower` has besides. The recursion is as deep as
/// the values, which [`parse`](crate::parse) bounds.
fn merge(higher: &mut Map<String, Value>, lower: &Map<String, Value>) {
    for (key, value) in lower {
        match higher.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(value.clone());
            }
            Entry::Occupied(mut slot) => {
                if let (Value::Object(higher), Value::Object(lower)) = (slot.get_mut(), value) {
                    merge(higher, lower);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn maps_merge_and_everything_else_is_replaced() {
        let high = json!({"a": {"b": 1, "l": [1]}, "n": null, "kind": {"x": 1}, "e": {}});
        let low = json!({"a": {"b": 2, "c": 3, "l": [2, 3]}, "n": 5, "kind": [1], "e": 7, "z": 0});
        let merged = effective([&high, &low]);
        let expected = json!({
            "a": {"b": 1, "c": 3, "l": [1]}, "n": null, "kind": {"x": 1}, "e": {}, "z": 0
        });
        assert_eq!(merged, expected);
    }

    #[test]
    fn nothing_gives_an_empty_object() {
        assert_eq!(effective([]), json!({}));
    }
}
