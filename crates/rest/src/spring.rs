//! The answers that Spring's clients read.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The property sources of an application, as a Spring Cloud Config Server answers them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// The property sources, highest precedence first.
    pub property_sources: Vec<PropertySource>,
}

/// The flat properties of one document.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct PropertySource {
    /// The name of the source.
    pub name: String,
    /// The values by key, in the document's order.
    pub source: Map<String, Value>,
}
