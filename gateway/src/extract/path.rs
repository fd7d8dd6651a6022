//! Path parameters.

use axum::{
    extract::{FromRequestParts, path::ErrorKind, rejection::PathRejection},
    http::request::Parts,
};
use serde::de::DeserializeOwned;
use vortex_kit::error::Fault;
use vortex_names::Excerpt;

use super::{percent, wording};
use crate::problem::Problem;

/// The parameters of the matched route, percent-decoded.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // axum leaves a malformed escape as it stands
        percent::decode("path", parts.uri.path())?;
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        let axum::extract::Path(parameters) = path.map_err(|rejection| refused(&rejection))?;
        Ok(Self(parameters))
    }
}

fn refused(rejection: &PathRejection) -> Fault {
    match rejection {
        PathRejection::FailedToDeserializePathParams(error) => match error.kind() {
            ErrorKind::InvalidUtf8InPathParam { .. } => Fault::invalid("path", "is not UTF-8"),
            ErrorKind::ParseErrorAtKey { key, value, .. } => {
                let detail = format!("cannot be {:?}", Excerpt::of(value));
                Fault::invalid(key.as_str(), detail)
            }
            ErrorKind::DeserializeError { key, message, .. } => {
                wording::fault(key, "path", message)
            }
            kind => wording::fault("path", "path", &kind.to_string()),
        },
        // the route has the parameters its handler takes
        other => Fault::internal(other),
    }
}
