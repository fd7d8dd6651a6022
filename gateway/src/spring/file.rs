//! A file as text.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::GetFileRequest;

use super::{Spring, parameters::Parameters, path::View, segment::list};
use crate::{
    answer::headers::HasHeaders,
    extract::{IfNoneMatch, Reader},
    problem::Problem,
};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The request for the file at `path`; a file specific to a profile takes precedence.
pub(super) fn call(
    view: &View<'_>,
    path: &str,
    reader: Reader,
    parameters: Parameters,
) -> Result<GetFileRequest, Fault> {
    Ok(GetFileRequest {
        app: one("app", &view.app)?,
        profiles: list(&view.profiles),
        label: one("label", view.label.as_deref().unwrap_or_default())?,
        path: path.to_owned(),
        resolve_placeholders: parameters.resolves(),
        min_token: parameters.min_token.unwrap_or_default(),
        instance: reader.instance.text,
        key: reader.key.text,
    })
}

/// Answers with a file.
pub(super) async fn answer(
    spring: &Spring,
    headers: &HeaderMap,
    call: GetFileRequest,
) -> Result<Response, Problem> {
    let reply = spring.config.clone().get_file(call).await?.into_inner();
    let held = IfNoneMatch::of(headers);
    let content = reply.content.clone();
    Ok(reply.headers().answer(&held, || text(content)))
}

fn text(content: Bytes) -> Response {
    let content_type = match std::str::from_utf8(&content) {
        Ok(_) => TEXT,
        Err(_) => BYTES,
    };
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    // a file has any content its writer chose: browsers must not take it for a page
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// Refuses lists: a file belongs to one application on one label.
fn one(field: &str, text: &str) -> Result<String, Fault> {
    match text.contains(',') {
        true => Err(Fault::invalid(
            field,
            "takes one name where a file is asked for",
        )),
        false => Ok(text.to_owned()),
    }
}
