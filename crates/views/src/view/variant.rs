//! What is served under one combination of arms.

use std::sync::Arc;

use bytes::Bytes;
use vortex_proto::config::v1::{ContributingSource, PropertySource};

use super::Fault;

/// What is served under one combination of arms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// The effective version. Empty where no document takes part.
    pub version: Arc<str>,
    /// SHA-256 of the effective configuration, in hex.
    pub digest: Arc<str>,
    /// The `version` of a Spring environment: the commit of a label that a source feeds, else as
    /// `version`.
    pub environment_version: Arc<str>,
    /// The version of the fleet's own document, that of its application and last profile, if it has
    /// one that takes part.
    pub document_version: Option<Arc<str>>,
    /// The effective configuration, a JSON object, if it is followed with its content.
    pub config: Bytes,
    /// The documents that take part, highest precedence first, if it is followed with its
    /// configuration.
    pub sources: Vec<ContributingSource>,
    /// Spring's property sources, highest precedence first, if these are followed.
    pub property_sources: Vec<PropertySource>,
    /// SHA-256 over the property sources, in hex, if these are followed.
    pub environment_digest: Arc<str>,
    /// The tag of an answer with the property sources, if these are followed.
    pub etag: Arc<str>,
    /// Why it can't be served, if so. All else is then empty.
    pub fault: Option<Fault>,
}

impl Variant {
    /// About how many bytes its content takes.
    pub(crate) fn weight(&self) -> usize {
        let properties = self.property_sources.iter();
        let properties: usize = properties
            .map(|source| source.name.len() + source.path.len() + source.properties.len())
            .sum();
        self.config.len() + properties
    }

    /// Every name that an instance may know it by; some may be the same.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        let names = [&self.version, &self.environment_version];
        names.into_iter().chain(&self.document_version)
    }

    /// Whether an instance that has a version of this name has this one. The empty version is that
    /// of an instance which has none yet, and never this one.
    pub fn is(&self, version: &str) -> bool {
        let is_named = |name: &Arc<str>| **name == *version;
        self.fault.is_none() && !version.is_empty() && self.names().any(is_named)
    }
}
