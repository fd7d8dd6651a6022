//! From flat keys back to nested values, by the rules of Spring's navigator.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value;

use super::combine::Property;
use crate::budget::{Budget, Spent};
use crate::limits;
use crate::path::{self, Segment};
use crate::tree;

/// Nests properties that are in Spring's order.
///
/// Where `a` holds no map, the way to `a.b` goes on in the map that holds
/// `a`, and the last key keeps what was passed: `{"a": 1, "a.b": 2}`. Where a
/// list meets anything else Spring fails; here the higher source's stays.
pub(super) fn nest(properties: &[Property<'_>], budget: &mut Budget<'_>) -> Result<Value, Spent> {
    let mut root = Map::new();
    for property in properties {
        budget.step(property.key.len())?;
        let mut path = path::of_flat_form(property.key);
        if path.len() > limits::DEPTH {
            path = vec![Segment::Key(property.key.to_owned())];
        }
        let mut nesting = Nesting {
            value: property.value,
            rank: property.rank,
            passed: "",
        };
        nesting.put_in_map(&mut root, &path);
    }
    map_value(root, budget)
}

/// The weight of a list's position that no key names: the memory it takes.
const GAP_BYTES: usize = 64;

type Map<'a> = IndexMap<String, Slot<'a>>;
type List<'a> = BTreeMap<usize, Slot<'a>>;

struct Slot<'a> {
    node: Node<'a>,
    /// The highest rank of what it holds.
    rank: usize,
}

enum Node<'a> {
    Leaf(&'a Value),
    Map(Map<'a>),
    List(List<'a>),
}

/// A property on the way to its place.
struct Nesting<'a, 'p> {
    value: &'a Value,
    rank: usize,
    /// The key of the last value that was not a map.
    passed: &'p str,
}

impl<'a, 'p> Nesting<'a, 'p> {
    fn put_in_map(&mut self, map: &mut Map<'a>, path: &'p [Segment]) {
        let Some((Segment::Key(key), rest)) = path.split_first() else {
            return;
        };
        match rest.first() {
            None => {
                map.insert(self.last_key(key), self.leaf());
            }
            Some(Segment::Key(_)) => {
                let found = map.get(key).map(|slot| matches!(slot.node, Node::Map(_)));
                if found == Some(false) {
                    self.passed = key;
                    return self.put_in_map(map, rest);
                }
                self.below(map.entry(key.clone()).or_insert_with(Slot::map), rest);
            }
            Some(Segment::Index(_)) => {
                self.below(map.entry(key.clone()).or_insert_with(Slot::list), rest);
            }
        }
    }

    fn put_in_list(&mut self, list: &mut List<'a>, path: &'p [Segment]) {
        let Some((Segment::Index(index), rest)) = path.split_first() else {
            return;
        };
        match rest.first() {
            None => {
                list.insert(*index, self.leaf());
            }
            Some(Segment::Key(_)) => self.below(list.entry(*index).or_insert_with(Slot::map), rest),
            Some(Segment::Index(_)) => {
                self.below(list.entry(*index).or_insert_with(Slot::list), rest);
            }
        }
    }

    /// Into a collection, which takes the place of something of another kind
    /// when the property is of a higher source than that.
    fn below(&mut self, slot: &mut Slot<'a>, rest: &'p [Segment]) {
        let needs_map = matches!(rest.first(), Some(Segment::Key(_)));
        let fits = match slot.node {
            Node::Leaf(_) => false,
            Node::Map(_) => needs_map,
            Node::List(_) => !needs_map,
        };
        if !fits && self.rank >= slot.rank {
            return;
        }
        if !fits {
            *slot = if needs_map { Slot::map() } else { Slot::list() };
        }
        slot.rank = slot.rank.min(self.rank);
        match &mut slot.node {
            Node::Map(map) => self.put_in_map(map, rest),
            Node::List(list) => self.put_in_list(list, rest),
            Node::Leaf(_) => {}
        }
    }

    fn last_key(&self, key: &str) -> String {
        let dot = if self.passed.is_empty() { "" } else { "." };
        [self.passed, dot, key].concat()
    }

    fn leaf(&self) -> Slot<'a> {
        Slot {
            node: Node::Leaf(self.value),
            rank: self.rank,
        }
    }
}

impl Slot<'_> {
    fn map() -> Self {
        Self {
            node: Node::Map(Map::new()),
            rank: usize::MAX,
        }
    }

    fn list() -> Self {
        Self {
            node: Node::List(List::new()),
            rank: usize::MAX,
        }
    }
}

fn value(slot: Slot<'_>, budget: &mut Budget<'_>) -> Result<Value, Spent> {
    match slot.node {
        Node::Leaf(value) => Ok(value.clone()),
        Node::Map(map) => map_value(map, budget),
        Node::List(list) => {
            let mut items = BTreeMap::new();
            for (index, slot) in list {
                items.insert(index, value(slot, budget)?);
            }
            budget.write(GAP_BYTES * tree::gaps(&items))?;
            Ok(tree::list(items))
        }
    }
}

fn map_value(map: Map<'_>, budget: &mut Budget<'_>) -> Result<Value, Spent> {
    let entries = map.into_iter();
    entries
        .map(|(key, slot)| Ok((key, value(slot, budget)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::combine::combine;
    use super::super::{FlatSource, Value};
    use super::*;
    use crate::budget::Limits;

    fn nested(sources: &[Value]) -> Value {
        let sources = sources.iter().filter_map(Value::as_object);
        let sources: Vec<FlatSource<'_>> = sources.map(FlatSource::from).collect();
        let mut budget = Budget::new(Limits::ANSWER, &|| false);
        nest(&combine(&sources), &mut budget).unwrap_or_default()
    }

    #[test]
    fn keys_below_a_scalar_keep_its_name() {
        assert_eq!(
            nested(&[json!({"a": 1, "a.b": 2})]),
            json!({"a": 1, "a.b": 2})
        );
        assert_eq!(nested(&[json!({"a.b": 2, "a": 1})]), json!({"a": 1}));
        let deep = json!({"a": 1, "a.b.c": 2, "a.b.d": 3});
        assert_eq!(nested(&[deep]), json!({"a": 1, "b": {"a.c": 2, "a.d": 3}}));
        let inner = json!({"a.b.c": 1, "a.b": 2, "a.b.d": 3});
        assert_eq!(nested(&[inner]), json!({"a": {"b": 2, "b.d": 3}}));
        assert_eq!(
            nested(&[json!({"a": 1, "a.b[0]": 2})]),
            json!({"a": 1, "b": [2]})
        );
    }

    #[test]
    fn the_order_is_from_the_lowest_source() {
        assert_eq!(
            nested(&[json!({"a": 1}), json!({"a.b": 2})]),
            json!({"a": 1})
        );
        assert_eq!(
            nested(&[json!({"a.b": 2}), json!({"a": 1})]),
            json!({"a": 1, "a.b": 2})
        );
    }

    #[test]
    fn a_list_against_anything_else_is_decided_by_rank() {
        assert_eq!(
            nested(&[json!({"a": ""}), json!({"a[0]": 1})]),
            json!({"a": ""})
        );
        assert_eq!(
            nested(&[json!({"a[0]": 1}), json!({"a": ""})]),
            json!({"a": [1]})
        );
        assert_eq!(
            nested(&[json!({"a[0]": 1}), json!({"a.b": 2})]),
            json!({"a": [1]})
        );
        assert_eq!(
            nested(&[json!({"l[0].b": 2, "l[0]": 1})]),
            json!({"l": [1]})
        );
    }

    #[test]
    fn a_list_replaces_the_lower_one_whole() {
        let sources = [json!({"a[0].b": 1}), json!({"a[0].c": 2, "a[1]": 3})];
        assert_eq!(nested(&sources), json!({"a": [{"b": 1}]}));
    }
}
