//! A document under construction.

use indexmap::IndexMap;
use serde_json::Value;

use crate::activation;
use crate::document::{Document, Origin, Property};
use crate::error::ParseError;
use crate::limits::{self, Budget};
use crate::node::too_deep;
use crate::path::Segment;
use crate::tree::Tree;

/// Collects what a document's keys hold. A key given again has its last value.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    entries: IndexMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    path: Vec<Segment>,
    origin: Origin,
    value: Value,
}

impl Builder {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a leaf under its flat key and its path: null, a string, boolean
    /// or number, or an empty collection.
    pub(crate) fn put(
        &mut self,
        key: String,
        path: Vec<Segment>,
        value: Value,
        origin: Origin,
        budget: &mut Budget<'_>,
    ) -> Result<(), ParseError> {
        if path.len() > limits::DEPTH {
            return Err(too_deep(origin));
        }
        let text = value.as_str().map_or(0, str::len);
        budget.take_bytes(key.len() + text, origin)?;
        let entry = Entry {
            path,
            origin,
            value,
        };
        self.entries.insert(key, entry);
        Ok(())
    }

    pub(crate) fn finish(
        self,
        index: usize,
        budget: &mut Budget<'_>,
    ) -> Result<Document, ParseError> {
        let mut tree = Tree::new();
        let mut properties = Vec::with_capacity(self.entries.len());
        for (key, mut entry) in self.entries {
            root_is_a_map(&mut entry.path);
            tree.add(&entry.path, entry.value.clone());
            if let Some(value) = flat_value(entry.value) {
                properties.push(Property {
                    key,
                    value,
                    origin: entry.origin,
                });
            }
        }
        budget.take_tree(tree.values())?;
        Ok(Document {
            index,
            activation: activation::of(&properties, budget)?,
            properties,
            tree: tree.into_value(),
        })
    }
}

/// `[0]` as a whole key is the key `0`: a configuration is never a list.
fn root_is_a_map(path: &mut [Segment]) {
    if let Some(Segment::Index(index)) = path.first() {
        path[0] = Segment::Key(index.to_string());
    }
}

/// Null and the empty list are the empty string among flat properties, and an
/// empty map is none.
fn flat_value(value: Value) -> Option<Value> {
    match value {
        Value::Null | Value::Array(_) => Some(Value::String(String::new())),
        Value::Object(_) => None,
        scalar => Some(scalar),
    }
}
