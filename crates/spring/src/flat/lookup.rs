//! Looks a key up in the sources.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::FlatSource;
use crate::java;

/// Finds the value of a flat key: that of the highest source that has it.
/// Made once for many look-ups, as for
/// [`placeholders::resolve`](crate::placeholders::resolve).
#[derive(Debug)]
pub struct Lookup<'a> {
    values: HashMap<&'a str, &'a Value>,
}

impl<'a> Lookup<'a> {
    /// Of sources, highest precedence first.
    pub fn new(sources: &[FlatSource<'a>]) -> Self {
        let mut values = HashMap::new();
        for (key, value) in sources.iter().flat_map(|source| &source.properties) {
            values.entry(*key).or_insert(*value);
        }
        Self { values }
    }

    /// The value as text, numbers as Java writes them.
    pub fn get(&self, key: &str) -> Option<Cow<'a, str>> {
        self.values.get(key).map(|value| match value {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(java::text(other)),
        })
    }
}
