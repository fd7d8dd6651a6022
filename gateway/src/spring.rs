//! Spring Cloud Config's routes. They are told apart by [`path`] and not by a router, which could
//! not: `{app}-{profiles}.yml` is no parameter of a segment, and the forms overlap.

mod environment;
mod file;
mod flat;
mod form;
mod parameters;
mod path;
mod prepared;
mod segment;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use vortex_proto::config::v1::{GetEnvironmentRequest, GetEnvironmentResponse};

use crate::{problem::Problem, services::Services};

use parameters::{min_token, resolves};
pub(crate) use path::{RESERVED, TEMPLATES};
use path::{SpringPath, View};
pub(crate) use prepared::Environments;
use prepared::Prepared;

/// Accepted by clients that want to know where each value stands.
const V2: &str = "application/vnd.spring-cloud.config-server.v2+json";
const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
const INSTANCE: HeaderName = HeaderName::from_static("x-vortex-instance");
const KEY: HeaderName = HeaderName::from_static("x-vortex-key");

/// An answer and the template of the route that gave it.
pub(crate) type Answered = (Response, &'static str);

/// The template of paths that are none of Spring's.
pub(crate) const UNMATCHED: &str = "unmatched";

/// Answers a request for `path`, which is the URL's without any prefix.
pub(crate) async fn answer(services: &Services, request: &Parts, path: &str) -> Answered {
    let parsed = match SpringPath::parse(path) {
        Ok(parsed) => parsed,
        Err(fault) => return (Problem(fault).into_response(), UNMATCHED),
    };
    let template = parsed.template();
    let response = match request.method {
        Method::GET | Method::HEAD => read(services, request, path, &parsed)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Method::OPTIONS => (StatusCode::NO_CONTENT, [(header::ALLOW, ALLOW)]).into_response(),
        _ => {
            let problem = Problem::method_not_allowed(&request.method);
            ([(header::ALLOW, ALLOW)], problem).into_response()
        }
    };
    (response, template)
}

async fn read(
    services: &Services,
    request: &Parts,
    path: &str,
    parsed: &SpringPath<'_>,
) -> Result<Response, Problem> {
    match parsed {
        SpringPath::Environment(view) => {
            let origins = accepts_v2(&request.headers);
            let held = services.environments().get(path, origins);
            let tag = held.as_ref().map(|held| held.etag.clone());
            let reply = get_environment(services, request, view, origins, tag).await?;
            let prepared = match held {
                Some(held) if reply.not_modified => held,
                _ => {
                    let prepared = Arc::new(Prepared::new(view, &reply));
                    let environments = services.environments();
                    environments.keep(path, origins, prepared.clone());
                    prepared
                }
            };
            Ok(environment::answer(
                &prepared,
                &reply,
                origins,
                &request.headers,
            ))
        }
        SpringPath::Flat(view, form) => {
            let reply = get_environment(services, request, view, false, None).await?;
            Ok(flat::answer(
                *form,
                &reply,
                resolves(request)?,
                &request.headers,
            )?)
        }
        SpringPath::File(view, path) => file::answer(services, request, view, path).await,
    }
}

async fn get_environment(
    services: &Services,
    request: &Parts,
    view: &View<'_>,
    origins: bool,
    held: Option<String>,
) -> Result<GetEnvironmentResponse, Problem> {
    let request = GetEnvironmentRequest {
        view: Some(view.to_proto()),
        origins,
        instance: header(&request.headers, &INSTANCE),
        key: header(&request.headers, &KEY),
        min_token: min_token(request)?.unwrap_or_default(),
        if_none_match: held.unwrap_or_default(),
        also_held: Vec::new(),
    };
    let mut client = services.config();
    // boxed, since a generated client's future is large, and is moved at every level above
    let reply = Box::pin(client.get_environment(request)).await?;
    Ok(reply.into_inner())
}

/// Whether the client wants to know where each value stands.
fn accepts_v2(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut texts = accepted.filter_map(|accept| accept.to_str().ok());
    texts.any(|accept| accept.contains(V2))
}

/// A header's text; empty when there is none.
fn header(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
