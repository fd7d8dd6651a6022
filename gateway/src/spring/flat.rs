//! A configuration in one of the flat forms.

use axum::{body::Body, response::Response};
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1::GetEnvironmentResponse;
use vortex_spring::{
    flat::{self, FlatSource},
    placeholders,
};

use super::form::Form;
use crate::{extract::IfNoneMatch, stamp::Stamp};

/// Answers with an environment in a flat form, or 304 when the caller holds it.
///
/// Fails with `INVALID_ARGUMENT` when placeholders need each other, as Spring's server does.
pub(super) fn answer(
    form: Form,
    environment: &GetEnvironmentResponse,
    resolve: bool,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let stamp = Stamp {
        digest: &environment.digest,
        version: &environment.version,
        token: &environment.token,
        source_age: environment.source_age.as_ref(),
    };
    let body = write(form, environment, resolve)?;
    Ok(stamp.answer(&IfNoneMatch::of(headers), || {
        let mut response = Response::new(Body::from(body));
        let content_type = HeaderValue::from_static(form.content_type());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        response
    }))
}

fn write(form: Form, environment: &GetEnvironmentResponse, resolve: bool) -> Result<String, Fault> {
    let properties = environment.sources.iter().map(|source| &source.properties);
    let properties: Vec<Map<String, Value>> = properties
        .map(|json| serde_json::from_slice(json))
        .collect::<Result<_, _>>()
        .map_err(|error| Fault::internal(&error))?;
    let sources: Vec<FlatSource<'_>> = properties.iter().map(FlatSource::from).collect();
    let written = match form {
        Form::Yml | Form::Yaml => flat::yaml(&sources, resolve),
        Form::Json => flat::json(&sources, resolve),
        Form::Properties => flat::properties(&sources, resolve),
    };
    written.map_err(|error| unresolvable(&error))
}

fn unresolvable(error: &placeholders::Error) -> Fault {
    Fault::new(Reason::InvalidArgument, error.to_string())
}
