//! Spring's flat forms: one configuration as YAML, JSON or properties.
//!
//! They are made from the flat keys of the sources, highest precedence first:
//! a key has its highest value, and a list replaces lower ones whole. YAML and
//! JSON are nested again from the flat keys, which tears keys with dots in
//! them; a key below a scalar keeps its dots (`{"a": 1, "a.b": 2}`), and where
//! a list meets another kind (`a` and `a[0]`) the higher source's stays. With placeholders resolved, a value in YAML has the type of what
//! it resolves to, as in Spring's answers.

use serde_json::{Map, Value};

use crate::document::Document;
use crate::placeholders;

mod combine;
mod lookup;
mod nest;
mod properties;
mod scalar;
mod yaml;

pub use lookup::Lookup;

/// The flat properties of one source, in any order, each key once.
#[derive(Debug, Clone, Default)]
pub struct FlatSource<'a> {
    properties: Vec<(&'a str, &'a Value)>,
}

impl<'a> FromIterator<(&'a str, &'a Value)> for FlatSource<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a Value)>>(properties: I) -> Self {
        Self {
            properties: properties.into_iter().collect(),
        }
    }
}

impl<'a> From<&'a Map<String, Value>> for FlatSource<'a> {
    fn from(source: &'a Map<String, Value>) -> Self {
        source
            .iter()
            .map(|(key, value)| (key.as_str(), value))
            .collect()
    }
}

impl<'a> From<&'a Document> for FlatSource<'a> {
    fn from(document: &'a Document) -> Self {
        let properties = document.properties.iter();
        properties
            .map(|property| (property.key.as_str(), &property.value))
            .collect()
    }
}

/// The YAML form, sources highest precedence first.
///
/// # Errors
/// When placeholders are to be resolved and cannot be.
pub fn yaml(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
) -> Result<String, placeholders::Error> {
    let scalars = scalar::Scalars::new(sources, resolve_placeholders);
    yaml::write(&nest::nest(&combine::combine(sources)), scalars)
}

/// The JSON form, sources highest precedence first.
///
/// # Errors
/// When placeholders are to be resolved and cannot be.
pub fn json(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
) -> Result<String, placeholders::Error> {
    let mut nested = nest::nest(&combine::combine(sources));
    if resolve_placeholders {
        let lookup = Lookup::new(sources);
        let find = |key: &str| lookup.get(key);
        scalar::resolve_strings(&mut nested, &mut placeholders::Resolver::new(&find))?;
    }
    Ok(nested.to_string())
}

/// The properties form, `key: value` lines, sources highest precedence first.
///
/// # Errors
/// When placeholders are to be resolved and cannot be.
pub fn properties(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
) -> Result<String, placeholders::Error> {
    let text = properties::write(&combine::combine(sources));
    if !resolve_placeholders {
        return Ok(text);
    }
    let lookup = Lookup::new(sources);
    placeholders::resolve(&text, |key| lookup.get(key))
}
