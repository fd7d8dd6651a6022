//! Which value of a configuration hides which.

use std::collections::HashMap;

use vortex_spring::{Document, Property};

use super::{MAX_ANSWER_BYTES, PropertySource, Rendered, TooHeavy};

/// A value that readers get, and the values that it hides.
#[derive(Debug)]
pub(crate) struct ExplainedValue<'a> {
    pub in_force: PlacedValue<'a>,
    /// Highest first.
    pub hidden: Vec<PlacedValue<'a>>,
}

/// A value, and the place it has in the documents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlacedValue<'a> {
    pub source: &'a PropertySource,
    pub document: &'a Document,
    pub property: &'a Property,
}

impl Rendered {
    /// The values at a key and below it, ordered by key; all of them if `wanted` is empty.
    ///
    /// # Errors
    ///
    /// [`TooHeavy`] if they are too large for an answer.
    pub(crate) fn explain(&self, wanted: &str) -> Result<Vec<ExplainedValue<'_>>, TooHeavy> {
        explain(self.documents(), wanted)
    }
}

/// Takes the documents highest first.
fn explain<'a>(
    documents: impl Iterator<Item = (&'a PropertySource, &'a Document)>,
    wanted: &str,
) -> Result<Vec<ExplainedValue<'a>>, TooHeavy> {
    let mut room = Room(MAX_ANSWER_BYTES);
    let mut explained = Explained::default();
    for (level, (source, document)) in documents.enumerate() {
        let properties = document.properties.iter();
        for property in properties.filter(|p| is_below(&p.key, wanted)) {
            room.take(source, property)?;
            let value = PlacedValue {
                source,
                document,
                property,
            };
            explained.add(level, value);
        }
    }
    let mut values = explained.values;
    values.sort_by_key(|value| value.in_force.property.key.as_str());
    Ok(values)
}

/// The values found so far, from the highest document down.
#[derive(Default)]
struct Explained<'a> {
    values: Vec<ExplainedValue<'a>>,
    /// The value of each key that is in force.
    keys: HashMap<&'a str, usize>,
    /// The first item of each list that is in force, and the level of its document.
    lists: HashMap<&'a str, (usize, usize)>,
}

impl<'a> Explained<'a> {
    fn add(&mut self, level: usize, value: PlacedValue<'a>) {
        match self.above(level, &value.property.key) {
            Some(above) => self.values[above].hidden.push(value),
            None => self.put_in_force(level, value),
        }
    }

    /// The value that hides a key of a document. Lists are replaced whole: a lower document's items
    /// are hidden by the whole list above them, not item by item.
    fn above(&self, level: usize, key: &str) -> Option<usize> {
        let same = self.keys.get(key).copied();
        same.or_else(|| {
            let (list_level, first) = self.lists.get(list_of(key)?)?;
            (*list_level != level).then_some(*first)
        })
    }

    fn put_in_force(&mut self, level: usize, value: PlacedValue<'a>) {
        let index = self.values.len();
        let key = value.property.key.as_str();
        self.keys.insert(key, index);
        if let Some(list) = list_of(key) {
            self.lists.entry(list).or_insert((level, index));
        }
        self.values.push(ExplainedValue {
            in_force: value,
            hidden: Vec::new(),
        });
    }
}

/// About how many bytes a value takes in an answer besides its text: lengths, tags, line and
/// column.
const VALUE_OVERHEAD: usize = 24;

/// The bytes that are left for values in an answer.
struct Room(usize);

impl Room {
    fn take(&mut self, source: &PropertySource, property: &Property) -> Result<(), TooHeavy> {
        let value = property.value.as_str().map_or(8, str::len);
        let bytes = VALUE_OVERHEAD + property.key.len() + value + source.path.len();
        self.0 = self.0.checked_sub(bytes).ok_or(TooHeavy {
            what: "the values of the explanation; ask for some of them by path: they",
            limit: MAX_ANSWER_BYTES,
        })?;
        Ok(())
    }
}

fn is_below(key: &str, wanted: &str) -> bool {
    match key.strip_prefix(wanted) {
        Some(rest) => wanted.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']),
        None => false,
    }
}

/// The outermost list that a key is an item of.
fn list_of(key: &str) -> Option<&str> {
    let (list, rest) = key.split_once('[')?;
    let (index, _) = rest.split_once(']')?;
    index.bytes().all(|b| b.is_ascii_digit()).then_some(list)
}

#[cfg(test)]
mod tests;
