//! Explanations.

use vortex_proto::config::v1 as proto;

use super::{To, mirror};
use crate::{
    ConsideredDocument, ExplainedAssignment, ExplainedValue, Explanation, HiddenValue, Json,
    ValueOrigin,
};

mirror! {
    struct ValueOrigin <= proto::ValueOrigin { path, document, version, line, column }
    struct ConsideredDocument <= proto::ConsideredDocument { path, version }
    struct ExplainedAssignment <= proto::ExplainedAssignment { assignment, percentage, bucket }
}

/// Fails when a value is not valid JSON.
impl TryFrom<proto::ExplainConfigResponse> for Explanation {
    type Error = serde_json::Error;

    fn try_from(reply: proto::ExplainConfigResponse) -> Result<Self, Self::Error> {
        let values = reply.values.into_iter().map(ExplainedValue::try_from);
        Ok(Self {
            values: values.collect::<Result<_, _>>()?,
            version: reply.version,
            token: reply.token,
            considered: reply.considered.to(),
            assignments: reply.assignments.to(),
        })
    }
}

impl TryFrom<proto::ExplainedValue> for ExplainedValue {
    type Error = serde_json::Error;

    fn try_from(value: proto::ExplainedValue) -> Result<Self, Self::Error> {
        let hidden = value.hidden.into_iter().map(HiddenValue::try_from);
        Ok(Self {
            hidden: hidden.collect::<Result<_, _>>()?,
            value: Json::from_slice(&value.value)?,
            key: value.key,
            origin: value.origin.to(),
        })
    }
}

impl TryFrom<proto::HiddenValue> for HiddenValue {
    type Error = serde_json::Error;

    fn try_from(hidden: proto::HiddenValue) -> Result<Self, Self::Error> {
        Ok(Self {
            value: Json::from_slice(&hidden.value)?,
            origin: hidden.origin.to(),
        })
    }
}
