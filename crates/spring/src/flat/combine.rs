//! One set of flat properties from many sources.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::FlatSource;

/// The properties in force, those of higher sources first. Everything before
/// the first `[` of a key names a list, and the highest source with some key
/// of a list gives all of it.
pub(super) fn combine<'a>(sources: &[FlatSource<'a>]) -> Vec<(&'a str, &'a Value)> {
    let mut combined = Vec::new();
    let mut keys = HashSet::new();
    let mut lists: HashMap<&str, usize> = HashMap::new();
    for (rank, source) in sources.iter().enumerate() {
        for &(key, value) in &source.properties {
            let is_in_force = match key.split_once('[') {
                Some((list, _)) => *lists.entry(list).or_insert(rank) == rank,
                None => keys.insert(key),
            };
            if is_in_force {
                combined.push((key, value));
            }
        }
    }
    combined
}
