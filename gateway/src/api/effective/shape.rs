//! An effective configuration as JSON.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{
    ContributingSource, GetConfigResponse, SourceAge as ProtoSourceAge,
};

use crate::{
    answer::json_text,
    answer::time::rfc3339,
    api::assignment::{self, Assignment, Unit},
    extract::{KeyFrom, TakenFrom},
};

/// An effective configuration.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Effective {
    app: String,
    profiles: Vec<String>,
    label: String,
    /// The configuration; numbers of any size are kept.
    #[schema(value_type = Object)]
    config: Box<RawValue>,
    /// The document's version when one takes part, else the most specific document's, `+`, and
    /// eight hex digits over what takes part.
    pub(super) version: String,
    /// SHA-256 of the configuration, in hex.
    pub(super) digest: String,
    /// The log's position of the answer.
    pub(super) token: String,
    /// The documents that took part, highest first.
    sources: Vec<Source>,
    /// How current the label is; absent for labels without a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    source_age: Option<SourceAge>,
    /// The splits that concern the configuration, by id, and the arm each gave.
    assignments: Vec<Assignment>,
    /// What the first of them tells apart; null without any.
    unit: Option<Unit>,
    /// Where that was taken from; null without any.
    key_from: Option<KeyFrom>,
}

impl Effective {
    /// What a reader gets, whose instance and key are `taken_from` there.
    ///
    /// Fails with `INTERNAL` when the configuration is not valid JSON.
    pub(crate) fn new(reply: GetConfigResponse, taken_from: TakenFrom) -> Result<Self, Fault> {
        let assignments = assignment::all(reply.assignments);
        let unit = assignments.first().map(|first| first.unit);
        Ok(Self {
            config: json_text::raw(&reply.config)?,
            app: reply.app,
            profiles: reply.profiles,
            label: reply.label,
            version: reply.version,
            digest: reply.digest,
            token: reply.token,
            sources: reply.sources.into_iter().map(Source::from).collect(),
            source_age: reply.source_age.map(SourceAge::from),
            assignments,
            key_from: unit.and_then(|unit| unit.taken_from(taken_from)),
            unit,
        })
    }
}

/// A document that took part.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContributingSource)]
pub(crate) struct Source {
    path: String,
    version: String,
}

impl From<ContributingSource> for Source {
    fn from(source: ContributingSource) -> Self {
        Self {
            path: source.path,
            version: source.version,
        }
    }
}

/// How current a label fed by a source is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceAge {
    /// The source's name.
    source: String,
    /// When the source was last known to be read whole.
    last_success: Option<String>,
}

impl From<ProtoSourceAge> for SourceAge {
    fn from(age: ProtoSourceAge) -> Self {
        Self {
            source: age.source,
            last_success: rfc3339(age.last_success),
        }
    }
}
