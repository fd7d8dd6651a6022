//! The layer of environment variables.

use super::{Layer, Origin};

const PREFIX: &str = "VORTEX_";

/// The variable of a key: `grpc` is `VORTEX_GRPC`.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('-', "_"))
}

/// The layer of `keys` by their variables, else by their aliases. An empty variable counts as
/// unset. Others of our prefix are left alone: Kubernetes adds some for every service it knows.
pub(super) fn layer<'k>(
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
