//! An explanation as JSON.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{self as proto, ExplainConfigResponse};

use crate::{answer::json_text, api::assignment::Assignment};

/// Where the values of a configuration come from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Explanation {
    /// The configuration's version.
    pub(super) version: String,
    /// The log's position of the answer.
    pub(super) token: String,
    /// A flat key each, in order.
    values: Vec<Value>,
    /// Every document looked for, highest first, found or not.
    considered: Vec<Considered>,
    /// The splits that concern the configuration, by id, and how each came to the arm it gave.
    assignments: Vec<Assigned>,
}

impl Explanation {
    /// Fails with `INTERNAL` when a value is not valid JSON.
    pub(super) fn new(reply: ExplainConfigResponse) -> Result<Self, Fault> {
        let values = reply.values.into_iter().map(Value::new);
        Ok(Self {
            values: values.collect::<Result<_, _>>()?,
            version: reply.version,
            token: reply.token,
            considered: reply.considered.into_iter().map(Considered::from).collect(),
            assignments: reply.assignments.into_iter().map(Assigned::from).collect(),
        })
    }
}

/// One key and where its value comes from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExplainedValue)]
struct Value {
    /// The flat key.
    key: String,
    /// The value in force.
    #[schema(value_type = Object)]
    value: Box<RawValue>,
    origin: Origin,
    /// What it hides, highest first.
    hidden: Vec<Hidden>,
}

impl Value {
    fn new(value: proto::ExplainedValue) -> Result<Self, Fault> {
        let hidden = value.hidden.into_iter().map(Hidden::new);
        Ok(Self {
            hidden: hidden.collect::<Result<_, _>>()?,
            value: json_text::raw(&value.value)?,
            key: value.key,
            origin: value.origin.unwrap_or_default().into(),
        })
    }
}

/// A value that a higher one hides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HiddenValue)]
struct Hidden {
    #[schema(value_type = Object)]
    value: Box<RawValue>,
    origin: Origin,
}

impl Hidden {
    fn new(hidden: proto::HiddenValue) -> Result<Self, Fault> {
        Ok(Self {
            value: json_text::raw(&hidden.value)?,
            origin: hidden.origin.unwrap_or_default().into(),
        })
    }
}

/// The place a value stands at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ValueOrigin)]
struct Origin {
    path: String,
    /// The document's place in the file, from 0.
    document: u32,
    /// The version that wrote it.
    version: String,
    /// From 1.
    line: u32,
    /// From 1.
    column: u32,
}

impl From<proto::ValueOrigin> for Origin {
    fn from(origin: proto::ValueOrigin) -> Self {
        Self {
            path: origin.path,
            document: origin.document,
            version: origin.version,
            line: origin.line,
            column: origin.column,
        }
    }
}

/// A path that was looked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsideredDocument)]
struct Considered {
    path: String,
    /// The stable version; empty when there is no such document.
    version: String,
}

impl From<proto::ConsideredDocument> for Considered {
    fn from(document: proto::ConsideredDocument) -> Self {
        Self {
            path: document.path,
            version: document.version,
        }
    }
}

/// A split, and how it came to the arm it gave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExplainedAssignment)]
struct Assigned {
    #[serde(flatten)]
    assignment: Assignment,
    /// The split's share of all readers, in hundredths of a percent.
    share: u32,
    /// The reader's bucket, 0 to 9,999: canary when it is below the share. Null for a reader
    /// without what the split tells apart.
    bucket: Option<u32>,
}

impl From<proto::ExplainedAssignment> for Assigned {
    fn from(explained: proto::ExplainedAssignment) -> Self {
        Self {
            assignment: explained.assignment.unwrap_or_default().into(),
            share: explained.share,
            bucket: explained.bucket,
        }
    }
}
