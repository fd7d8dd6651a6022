//! Combines many sources into one set of flat properties.

use indexmap::IndexMap;
use serde_json::Value;

use super::FlatSource;

/// A property in force.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a Value,
    /// The place of its source among all, 0 for the highest.
    pub(super) rank: usize,
}

/// The properties in force, in Spring's order, on which it depends what
/// becomes of keys that differ in kind: from the lowest source to the highest,
/// each key where it is first found, and all lists after all else.
/// Everything before the first `[` of a key names a list, and the highest
/// source with some key of a list gives all of it.
pub(super) fn combine<'a>(sources: &[FlatSource<'a>]) -> Vec<Property<'a>> {
    let mut plain = IndexMap::new();
    let mut lists: IndexMap<&str, List<'a>> = IndexMap::new();
    for (rank, source) in sources.iter().enumerate().rev() {
        for &(key, value) in &source.properties {
            let property = Property { key, value, rank };
            match key.split_once('[') {
                None => {
                    plain.insert(key, property);
                }
                Some((list, _)) => lists.entry(list).or_default().add(property),
            }
        }
    }
    let lists = lists.into_values().flat_map(|list| list.elements);
    plain.into_values().chain(lists).collect()
}

#[derive(Default)]
struct List<'a> {
    elements: Vec<Property<'a>>,
}

impl<'a> List<'a> {
    /// Adds an element; the first of a higher source replaces all before.
    fn add(&mut self, element: Property<'a>) {
        let is_of_last_source = |last: &Property<'_>| last.rank == element.rank;
        if !self.elements.last().is_some_and(is_of_last_source) {
            self.elements.clear();
        }
        self.elements.push(element);
    }
}
