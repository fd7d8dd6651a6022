//! `Idempotency-Key`, which makes a write safe to repeat.

use axum::{extract::FromRequestParts, http::request::Parts};
use utoipa::{
    IntoParams,
    openapi::{
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, SchemaType, Type},
    },
};
use vortex_kit::error::Fault;

use crate::problem::Problem;

const HEADER: &str = "idempotency-key";

/// The key of a write; empty when the header is absent.
#[derive(Debug)]
pub(crate) struct IdempotencyKey(pub(crate) String);

impl IdempotencyKey {
    /// The request id, from the header or the body's `request_id`.
    ///
    /// Fails with `INVALID_ARGUMENT` when both are given and differ.
    pub(crate) fn or(self, in_body: Option<String>) -> Result<String, Fault> {
        match in_body {
            Some(id) if !self.0.is_empty() && self.0 != id => {
                Err(Fault::invalid("request_id", "differs from Idempotency-Key"))
            }
            Some(id) => Ok(id),
            None => Ok(self.0),
        }
    }
}

impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = SchemaType::from_iter([Type::String, Type::Null]);
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("Makes the call safe to repeat for 24 hours"))
            .schema(Some(ObjectBuilder::new().schema_type(text)));
        vec![key.build()]
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut keys = parts.headers.get_all(HEADER).iter();
        let key = match (keys.next(), keys.next()) {
            (None, _) => return Ok(Self(String::new())),
            (Some(key), None) => key.to_str().ok(),
            (Some(_), Some(_)) => None,
        };
        match key {
            Some(key) => Ok(Self(key.trim_matches('"').to_owned())),
            None => {
                Err(Fault::invalid("Idempotency-Key", "must be one key of visible ASCII").into())
            }
        }
    }
}
