//! A file as text.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderValue, header, request::Parts};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::GetFileRequest;

use super::{
    parameters::{min_token, resolves},
    path::View,
    segment::list,
};
use crate::{extract::IfNoneMatch, problem::Problem, services::Services, stamp::Stamp};

const TEXT: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Answers with the file at `path`, the one specific to a profile first.
pub(super) async fn answer(
    services: &Services,
    request: &Parts,
    view: &View<'_>,
    path: &str,
) -> Result<Response, Problem> {
    let call = GetFileRequest {
        app: one("app", &view.app)?,
        profiles: list(&view.profiles),
        label: one("label", view.label.as_deref().unwrap_or_default())?,
        path: path.to_owned(),
        resolve_placeholders: resolves(request)?,
        min_token: min_token(request)?.unwrap_or_default(),
        instance: super::header(&request.headers, &super::INSTANCE),
        key: super::header(&request.headers, &super::KEY),
    };
    let reply = services.config().get_file(call).await?.into_inner();
    let stamp = Stamp {
        digest: &reply.digest,
        version: &reply.version,
        token: &reply.token,
        ..Stamp::default()
    };
    let held = IfNoneMatch::of(&request.headers);
    Ok(stamp.answer(&held, || text(reply.content)))
}

fn text(content: Bytes) -> Response {
    let content_type = match std::str::from_utf8(&content) {
        Ok(_) => TEXT,
        Err(_) => BYTES,
    };
    let mut response = Response::new(Body::from(content));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    // a file is whatever its writer made it: browsers must not guess a page into it
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// A file is one application's on one label.
fn one(field: &str, text: &str) -> Result<String, Fault> {
    match text.contains(',') {
        true => Err(Fault::invalid(
            field,
            "takes one name where a file is asked for",
        )),
        false => Ok(text.to_owned()),
    }
}
