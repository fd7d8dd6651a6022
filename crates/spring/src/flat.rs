//! Spring's flat forms: one configuration as YAML, JSON or properties.
//!
//! They are made from the flat keys of the sources, highest precedence first:
//! a key has its highest value, and a list replaces lower ones whole. YAML and
//! JSON are nested again from the flat keys, which tears keys with dots in
//! them; a key below a scalar keeps its dots (`{"a": 1, "a.b": 2}`), and where
//! a list meets another kind (`a` and `a[0]`) the higher source's stays. With
//! placeholders resolved, a value in YAML has the type of what it resolves to,
//! as in Spring's answers.
//!
//! The [`Budget`] of the answer bounds a form.

use serde_json::{Map, Value};

use crate::budget::Budget;
use crate::document::Document;
use crate::placeholders::{self, Resolver};

mod combine;
mod json;
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
/// When placeholders are to be resolved and cannot be, or the form takes more
/// than the budget.
pub fn yaml(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
    budget: &mut Budget<'_>,
) -> Result<String, placeholders::Error> {
    let nested = nest::nest(&combine::combine(sources), budget)?;
    with_resolver(sources, resolve_placeholders, |resolver| {
        yaml::write(&nested, scalar::Scalars::new(resolver, budget))
    })
}

/// The JSON form, sources highest precedence first.
///
/// # Errors
/// As those of [`yaml`].
pub fn json(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
    budget: &mut Budget<'_>,
) -> Result<String, placeholders::Error> {
    let nested = nest::nest(&combine::combine(sources), budget)?;
    with_resolver(sources, resolve_placeholders, |resolver| {
        json::write(&nested, resolver, budget)
    })
}

/// The properties form, `key: value` lines, sources highest precedence first.
///
/// # Errors
/// As those of [`yaml`].
pub fn properties(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
    budget: &mut Budget<'_>,
) -> Result<String, placeholders::Error> {
    let text = properties::write(&combine::combine(sources));
    with_resolver(sources, resolve_placeholders, |resolver| {
        let text = match resolver {
            Some(mut resolver) => resolver.text(&text, budget)?,
            None => text,
        };
        budget.write(text.len())?;
        Ok(text)
    })
}

/// Writes a form with the resolver of its sources, which is one for all of it.
fn with_resolver<T>(
    sources: &[FlatSource<'_>],
    resolve_placeholders: bool,
    write: impl FnOnce(Option<Resolver<'_, '_>>) -> T,
) -> T {
    if !resolve_placeholders {
        return write(None);
    }
    let lookup = Lookup::new(sources);
    let find = |key: &str| lookup.get(key);
    write(Some(Resolver::new(&find)))
}
