//! Assembles an environment from JSON that is already serialized. The sources are never parsed
//! here, which keeps this route close to the cost of a constant answer.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use vortex_proto::config::v1::GetEnvironmentResponse;

use super::{path::View, prepared::Prepared};
use crate::{answer::headers, answer::json_text, extract::IfNoneMatch};

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const JSON_V2: HeaderValue = HeaderValue::from_static(super::V2);

/// Bytes around the name and properties of a source.
const SOURCE_OVERHEAD: usize = r#"{"name":"","source":},"#.len();

/// Bytes around all the rest, with room for `null` as the label.
const OVERHEAD: usize =
    r#"{"name":"","profiles":[""],"label":null,"version":"","state":"","propertySources":[]}"#
        .len();

/// Answers with an environment, or 304 when the caller holds it.
pub(super) fn answer(
    prepared: &Prepared,
    reply: &GetEnvironmentResponse,
    origins: bool,
    headers: &HeaderMap,
) -> Response {
    let held = IfNoneMatch::of(headers).holds(&prepared.etag);
    let mut response = if held {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(prepared.body.clone()))
    };
    let headers = response.headers_mut();
    if !held {
        let content_type = if origins { JSON_V2 } else { JSON };
        headers.insert(header::CONTENT_TYPE, content_type);
    }
    headers::write_prepared(headers, prepared.tag.clone(), prepared.version.clone());
    headers::write_position(headers, &reply.token, reply.source_age.as_ref());
    response
}

/// Writes the environment of `view` as Spring's clients read it.
pub(super) fn body(view: &View<'_>, environment: &GetEnvironmentResponse) -> Bytes {
    let mut out = Vec::with_capacity(estimate(view, environment));
    out.extend_from_slice(br#"{"name":"#);
    json_text::write_string(&mut out, &view.app);
    out.extend_from_slice(br#","profiles":["#);
    json_text::write_string(&mut out, &view.profiles);
    out.extend_from_slice(br#"],"label":"#);
    match &view.label {
        Some(label) => json_text::write_string(&mut out, label),
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(br#","version":"#);
    json_text::write_string(&mut out, &environment.version);
    out.extend_from_slice(br#","state":"","propertySources":["#);
    for (place, source) in environment.sources.iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        out.extend_from_slice(br#"{"name":"#);
        json_text::write_string(&mut out, &source.name);
        out.extend_from_slice(br#","source":"#);
        out.extend_from_slice(&source.properties);
        out.push(b'}');
    }
    out.extend_from_slice(b"]}");
    out.into()
}

/// Bytes the body takes when nothing has to be escaped.
fn estimate(view: &View<'_>, environment: &GetEnvironmentResponse) -> usize {
    let label = view.label.as_ref().map_or(0, |label| label.len());
    let sources = environment.sources.iter();
    let sources =
        sources.map(|source| source.name.len() + source.properties.len() + SOURCE_OVERHEAD);
    OVERHEAD
        + view.app.len()
        + view.profiles.len()
        + label
        + environment.version.len()
        + sources.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;
    use serde_json::json;
    use vortex_proto::config::v1::PropertySource;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_names_the_body_is_what_a_serializer_would_have_written(
            app in ".{0,12}", profiles in ".{0,12}", label in proptest::option::of(".{0,12}"),
            version in ".{0,12}", names in proptest::collection::vec(".{0,12}", 0..4),
        ) {
            let environment = GetEnvironmentResponse {
                version: version.clone(),
                sources: names.iter().map(|name| PropertySource {
                    name: name.clone(),
                    properties: Bytes::from_static(br#"{"a.b":10,"c":"1"}"#),
                    ..Default::default()
                }).collect(),
                ..Default::default()
            };
            let view = View {
                app: Cow::Borrowed(&app),
                profiles: Cow::Borrowed(&profiles),
                label: label.as_deref().map(Cow::Borrowed),
            };
            let body: serde_json::Value = serde_json::from_slice(&body(&view, &environment)).unwrap();
            let sources: Vec<_> = names
                .iter()
                .map(|name| json!({"name": name, "source": {"a.b": 10, "c": "1"}}))
                .collect();
            prop_assert_eq!(body, json!({
                "name": app, "profiles": [profiles], "label": label, "version": version,
                "state": "", "propertySources": sources,
            }));
        }
    }
}
