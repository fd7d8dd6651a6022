//! Layers of values: that of environment variables, and the merge that remembers where each value
//! came from.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// What the names of all our variables begin with.
pub(super) const PREFIX: &str = "VORTEX_";

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program itself.
    Default,
    /// A file given by `--config`.
    File(PathBuf),
    /// An environment variable, by name.
    Environment(String),
    /// An argument.
    Argument,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Argument => f.write_str("argument"),
        }
    }
}

/// Values as text by key, each with its origin; a key with a list has several texts.
pub type Layer = BTreeMap<String, (Vec<String>, Origin)>;

/// One layer out of many: of each key, the value of the last layer that has it. Lists are
/// replaced, never joined.
pub fn merge(layers: impl IntoIterator<Item = Layer>) -> Layer {
    layers.into_iter().fold(Layer::new(), |mut merged, layer| {
        merged.extend(layer);
        merged
    })
}

/// The variable of a key: `grpc` is `VORTEX_GRPC`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('-', "_"))
}

/// The layer of `keys` by their variables, else by their aliases. An empty variable counts as
/// unset. Others of our prefix change nothing: see [`Strangers`](super::Strangers).
pub(super) fn from_environment<'k>(
    keys: impl Iterator<Item = &'k str>,
    aliases: &[(&str, &str)],
    variables: &dyn Fn(&str) -> Option<String>,
) -> Layer {
    let set = |name: String| {
        let value = variables(&name).filter(|value| !value.is_empty())?;
        Some((vec![value], Origin::Environment(name)))
    };
    let of_key = |key: &str| {
        let aliases = aliases.iter().filter(|(of, _)| *of == key);
        let names = aliases.map(|(_, alias)| (*alias).to_owned());
        std::iter::once(variable(key)).chain(names).find_map(set)
    };
    keys.filter_map(|key| Some((key.to_owned(), of_key(key)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layers() -> impl Strategy<Value = Vec<Layer>> {
        let values = proptest::collection::vec("[a-z]{0,3}", 1..3);
        let layer = proptest::collection::btree_map("[a-f]", values, 0..6);
        proptest::collection::vec(layer, 0..5).prop_map(|layers| {
            let numbered = layers.into_iter().enumerate();
            let named = |(number, layer): (usize, BTreeMap<String, Vec<String>>)| {
                let origin = Origin::Environment(number.to_string());
                let with_origin = |(key, values)| (key, (values, origin.clone()));
                layer.into_iter().map(with_origin).collect()
            };
            numbered.map(named).collect()
        })
    }

    proptest! {
        #[test]
        fn the_last_layer_that_has_a_key_gives_value_and_origin(layers in layers()) {
            let merged = merge(layers.clone());
            for key in layers.iter().flat_map(BTreeMap::keys) {
                let last = layers.iter().rev().find_map(|layer| layer.get(key));
                prop_assert_eq!(merged.get(key), last);
            }
            for key in merged.keys() {
                prop_assert!(layers.iter().any(|layer| layer.contains_key(key)));
            }
        }

        #[test]
        fn merging_in_steps_is_merging_at_once(layers in layers(), at in 0_usize..5) {
            let (low, high) = layers.split_at(at.min(layers.len()));
            let stepwise = merge([merge(low.to_vec()), merge(high.to_vec())]);
            prop_assert_eq!(stepwise, merge(layers.clone()));
        }
    }
}
