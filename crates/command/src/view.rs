//! The server's shapes as far as tables show them. Programs get the answers as they came, so that
//! what is newer than this command reaches them too.

mod rollout;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::Error;

pub(crate) use rollout::*;

/// Reads a shape; members it does not know are left out of it.
pub(crate) fn read<T: DeserializeOwned>(value: &Value, server: &reqwest::Url) -> Result<T, Error> {
    T::deserialize(value).map_err(|error| Error::garbage(server, error.to_string()))
}

/// A write's reply.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Written {
    pub(crate) path: String,
    pub(crate) app: String,
    pub(crate) profile: String,
    pub(crate) label: String,
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) token: String,
    pub(crate) created: bool,
}

/// A page of documents.
#[derive(Debug, Deserialize)]
pub(crate) struct Documents {
    pub(crate) documents: Vec<Document>,
}

/// A document without its content.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Document {
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) app: String,
    pub(crate) profile: String,
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) written_at: Option<String>,
    pub(crate) defect: String,
}

/// A page of versions.
#[derive(Debug, Deserialize)]
pub(crate) struct Versions {
    pub(crate) versions: Vec<Version>,
}

/// One version of a document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Version {
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) deleted: bool,
    pub(crate) stable: bool,
    pub(crate) state: String,
    pub(crate) rolled_back_by: String,
    pub(crate) written_at: Option<String>,
    pub(crate) author: String,
    pub(crate) message: String,
}

/// What differs between two versions.
#[derive(Debug, Deserialize)]
pub(crate) struct Difference {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) from_content: String,
    pub(crate) to_content: String,
}

/// Where values come from.
#[derive(Debug, Deserialize)]
pub(crate) struct Explanation {
    pub(crate) values: Vec<Explained>,
}

/// One key and where its value comes from.
#[derive(Debug, Deserialize)]
pub(crate) struct Explained {
    pub(crate) key: String,
    pub(crate) value: Value,
    pub(crate) origin: Origin,
    #[serde(default)]
    pub(crate) hidden: Vec<Hidden>,
}

/// A value that a higher one hides.
#[derive(Debug, Deserialize)]
pub(crate) struct Hidden {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// The place a value stands at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Origin {
    pub(crate) path: String,
    pub(crate) version: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// What Spring's clients read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Environment {
    pub(crate) property_sources: Vec<PropertySource>,
}

/// One property source.
#[derive(Debug, Deserialize)]
pub(crate) struct PropertySource {
    pub(crate) name: String,
    pub(crate) source: serde_json::Map<String, Value>,
}

/// A page of change sets.
#[derive(Debug, Deserialize)]
pub(crate) struct Changes {
    pub(crate) changes: Vec<Change>,
}

/// A change set after a command, or as it was asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct ChangeAnswer {
    pub(crate) change: Change,
    /// Whether a release moved anything.
    pub(crate) moved: Option<bool>,
}

/// A change set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Change {
    pub(crate) change: String,
    pub(crate) label: String,
    pub(crate) state: String,
    pub(crate) rolled_back_by: String,
    pub(crate) author: String,
    pub(crate) message: String,
    pub(crate) written_at: Option<String>,
    pub(crate) documents: Vec<ChangedDocument>,
    pub(crate) document_count: u32,
}

/// What making a change set did.
#[derive(Debug, Deserialize)]
pub(crate) struct Applied {
    pub(crate) change: String,
    pub(crate) token: String,
    pub(crate) created: bool,
    pub(crate) documents: Vec<ChangedDocument>,
}

/// One document of a change set.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChangedDocument {
    pub(crate) path: String,
    pub(crate) version: String,
    pub(crate) digest: String,
    pub(crate) deleted: bool,
}

/// A page of sources.
#[derive(Debug, Deserialize)]
pub(crate) struct Sources {
    pub(crate) sources: Vec<Source>,
}

/// A source and how it stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Source {
    pub(crate) name: String,
    /// Absent from gateways that know of configured sources alone.
    pub(crate) state: String,
    pub(crate) kind: String,
    pub(crate) location: String,
    pub(crate) release: String,
    pub(crate) last_success: Option<String>,
    pub(crate) error: String,
    pub(crate) labels: Vec<SourceLabel>,
    pub(crate) defects: Vec<Defect>,
    pub(crate) more_defects: u32,
}

/// The labels that a source was detached from.
#[derive(Debug, Deserialize)]
pub(crate) struct Detached {
    pub(crate) labels: Vec<String>,
}

/// A label that a source feeds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SourceLabel {
    pub(crate) label: String,
    pub(crate) commit: String,
    /// What was released last. Absent from gateways that don't know.
    pub(crate) served_commit: String,
    pub(crate) awaits_rollout: bool,
    pub(crate) pending_commit: String,
    pub(crate) pending_reason: String,
    pub(crate) pending_detail: String,
}

/// A file that is not served.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Defect {
    pub(crate) label: String,
    pub(crate) path: String,
    pub(crate) reason: String,
    pub(crate) detail: String,
}
