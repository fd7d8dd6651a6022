//! A nested value under construction from flat keys.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use crate::path::Segment;

/// A nested value to which leaves are added by their paths.
///
/// Where two keys differ in kind (`a` and `a[0]`, `a` and `a.b`) the one added
/// first stays, so add what has precedence first. Of two leaves with the same
/// path the one added first stays too.
#[derive(Debug)]
pub(crate) enum Tree {
    Leaf(Value),
    Map(IndexMap<String, Tree>),
    /// By position, since positions may be skipped and come in any order.
    List(BTreeMap<usize, Tree>),
}

impl Tree {
    pub(crate) fn new() -> Self {
        Self::Map(IndexMap::new())
    }

    /// Adds a leaf. An empty object or array as leaf only ensures that there
    /// is such a collection.
    pub(crate) fn add(&mut self, path: &[Segment], leaf: Value) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        let Some(slot) = self.slot(first, || Self::start(rest, &leaf)) else {
            return;
        };
        slot.add(rest, leaf);
    }

    /// What a new slot begins as: what its next step needs.
    fn start(rest: &[Segment], leaf: &Value) -> Self {
        match (rest.first(), leaf) {
            (Some(Segment::Key(_)), _) => Self::new(),
            (Some(Segment::Index(_)), _) => Self::List(BTreeMap::new()),
            (None, Value::Object(map)) if map.is_empty() => Self::new(),
            (None, Value::Array(items)) if items.is_empty() => Self::List(BTreeMap::new()),
            (None, leaf) => Self::Leaf(leaf.clone()),
        }
    }

    /// The place a step leads to; none where the step does not fit the kind.
    fn slot(&mut self, step: &Segment, start: impl FnOnce() -> Self) -> Option<&mut Self> {
        match (self, step) {
            (Self::Map(map), Segment::Key(key)) => {
                // Most steps lead to what is there: look before making the key.
                let at = match map.get_index_of(key) {
                    Some(at) => at,
                    None => map.insert_full(key.clone(), start()).0,
                };
                map.get_index_mut(at).map(|(_, slot)| slot)
            }
            (Self::List(items), Segment::Index(index)) => {
                Some(items.entry(*index).or_insert_with(start))
            }
            _ => None,
        }
    }

    /// How many values it will be: the maps and lists on the way to its leaves, and the
    /// positions of lists that no key names, are among them.
    pub(crate) fn values(&self) -> usize {
        1 + match self {
            Self::Leaf(_) => 0,
            Self::Map(map) => map.values().map(Self::values).sum(),
            Self::List(items) => gaps(items) + items.values().map(Self::values).sum::<usize>(),
        }
    }

    /// The finished value.
    pub(crate) fn into_value(self) -> Value {
        match self {
            Self::Leaf(value) => value,
            Self::Map(map) => map
                .into_iter()
                .map(|(key, tree)| (key, tree.into_value()))
                .collect(),
            Self::List(items) => {
                let items = items
                    .into_iter()
                    .map(|(index, tree)| (index, tree.into_value()));
                list(items.collect())
            }
        }
    }
}

/// A list from its elements by position. Skipped positions are null; a list
/// with far more gaps than elements becomes an object with the positions as
/// keys, so that `a[4000000000]` costs what it is worth.
pub(crate) fn list(items: BTreeMap<usize, Value>) -> Value {
    if is_sparse(&items) {
        return items
            .into_iter()
            .map(|(index, value)| (index.to_string(), value))
            .collect();
    }
    let mut values = vec![Value::Null; length(&items)];
    for (index, value) in items {
        values[index] = value;
    }
    Value::Array(values)
}

/// How many positions of [`list`] are skipped: a few each, but keys as
/// `a[16][16][16]` have more of them than they have letters.
pub(crate) fn gaps<T>(items: &BTreeMap<usize, T>) -> usize {
    match is_sparse(items) {
        true => 0,
        false => length(items) - items.len(),
    }
}

fn is_sparse<T>(items: &BTreeMap<usize, T>) -> bool {
    length(items) > 2 * items.len() + 16
}

fn length<T>(items: &BTreeMap<usize, T>) -> usize {
    items.last_key_value().map_or(0, |(last, _)| last + 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::path;

    fn tree(entries: &[(&str, Value)]) -> Value {
        let mut tree = Tree::new();
        for (key, value) in entries {
            tree.add(&path::of_property(key), value.clone());
        }
        tree.into_value()
    }

    #[test]
    fn maps_and_lists_are_built_from_keys_in_any_order() {
        let value = tree(&[("a[1].b", json!(2)), ("a[0].b", json!(1)), ("c", json!({}))]);
        assert_eq!(value, json!({"a": [{"b": 1}, {"b": 2}], "c": {}}));
    }

    #[test]
    fn the_first_of_two_kinds_stays() {
        assert_eq!(
            tree(&[("a", json!("")), ("a[0]", json!(1))]),
            json!({"a": ""})
        );
        assert_eq!(
            tree(&[("a[0]", json!(1)), ("a", json!(""))]),
            json!({"a": [1]})
        );
        assert_eq!(tree(&[("a", json!(1)), ("a.b", json!(2))]), json!({"a": 1}));
    }

    #[test]
    fn gaps_are_null_and_a_far_index_costs_little() {
        assert_eq!(tree(&[("a[2]", json!(1))]), json!({"a": [null, null, 1]}));
        assert_eq!(
            tree(&[("a[4000000000]", json!(1))]),
            json!({"a": {"4000000000": 1}})
        );
    }
}
