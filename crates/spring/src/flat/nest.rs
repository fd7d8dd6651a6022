//! From flat keys back to nested values.

use serde_json::Value;

use crate::limits;
use crate::path::{self, Segment};
use crate::tree::Tree;

/// Nests properties, those with precedence first.
pub(super) fn nest(properties: &[(&str, &Value)]) -> Value {
    let mut tree = Tree::new();
    for (key, value) in properties {
        let mut path = path::of_flat_form(key);
        if path.len() > limits::DEPTH {
            path = vec![Segment::Key((*key).to_owned())];
        }
        tree.add(&path, (*value).clone());
    }
    tree.into_value()
}
