//! Counts the members of a value that its type does not know, as the value is read.
//!
//! Nothing is noted of them but their number, so that reading costs no more than it would without.

use std::cell::Cell;

use serde::de::{Deserialize, Deserializer};

use super::walk::{self, Names, Rule};

/// Reads a value, and counts the members that were skipped. What is within a skipped one is not
/// counted.
pub(super) fn read<'de, T, D>(deserializer: D) -> Result<(T, u64), D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let skipped = Cell::new(0);
    let value = walk::read(deserializer, Counting(&skipped))?;
    Ok((value, skipped.get()))
}

/// Lets everything through.
#[derive(Clone, Copy)]
struct Counting<'c>(&'c Cell<u64>);

impl Rule for Counting<'_> {
    fn allowed(self, _: Names) -> Option<Names> {
        None
    }

    fn skipped(self) {
        self.0.set(self.0.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default)]
    struct Whole {
        one: Option<Part>,
        many: Vec<Part>,
        named: BTreeMap<String, Part>,
        wrapped: Wrapped,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    struct Wrapped(Part);

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default)]
    struct Part {
        x: u32,
    }

    fn skipped(json: &str) -> u64 {
        let mut reader = serde_json::Deserializer::from_str(json);
        let (_, skipped): (Whole, _) = read(&mut reader).unwrap();
        skipped
    }

    #[test]
    fn unknown_members_are_counted_wherever_they_stand() {
        for (json, expected) in [
            ("{}", 0),
            (r#"{"one":{"x":1}}"#, 0),
            (r#"{"one":null,"two":null}"#, 1),
            (r#"{"one":{"x":1,"y":2}}"#, 1),
            (r#"{"many":[{"x":1},{"y":2},{"y":2,"z":3}]}"#, 3),
            // names of a map are no members
            (r#"{"named":{"a":{"x":1},"b":{"y":2}}}"#, 1),
            (r#"{"wrapped":{"y":2}}"#, 1),
            (r#"{"more":{"a":{"b":1}},"even":[1,{"c":2}]}"#, 2),
        ] {
            assert_eq!(skipped(json), expected, "{json}");
        }
    }
}
