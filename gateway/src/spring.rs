//! Spring Cloud Config's routes. [`path`] tells them apart, since a router cannot:
//! `{app}-{profiles}.yml` is not one parameter for a segment, and the forms overlap.

mod answer_memory;
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
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use vortex_kit::{compute::Compute, error::Fault};
use vortex_proto::config::v1::{GetEnvironmentRequest, GetEnvironmentResponse};

use crate::{
    clients::ConfigClient,
    extract::{IdentityRules, Reader},
    problem::Problem,
    views::Views,
};
use answer_memory::AnswerMemory;
use parameters::Parameters;
pub(crate) use path::SpringPath;
use path::View;
use prepared::{Environments, Prepared};

pub(crate) use path::TEMPLATES;

/// Clients that want the origin of each value accept this type.
const V2: &str = "application/vnd.spring-cloud.config-server.v2+json";
const ALLOW: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// config-svc answered that an environment has not changed which the gateway does not hold.
#[derive(Debug, thiserror::Error)]
#[error("no answer is held by the tag {0:?}")]
struct NotHeld(String);

/// An answer and the template of the route that gave it.
pub(crate) type Answered = (Response, &'static str);

/// The template for paths that match none of Spring's routes.
pub(crate) const UNMATCHED: &str = "unmatched";

/// Answers Spring's routes. A clone is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Spring {
    config: ConfigClient,
    views: Views,
    identity_rules: Arc<IdentityRules>,
    environments: Environments,
    /// Writes large answers off the request threads.
    compute: Compute,
    /// The memory of flat forms that are being sent.
    forms: AnswerMemory,
}

impl Spring {
    /// Spring's routes of what config-svc serves.
    pub(crate) fn new(
        config: ConfigClient,
        views: Views,
        identity_rules: Arc<IdentityRules>,
        compute: Compute,
    ) -> Self {
        Self {
            config,
            views,
            identity_rules,
            environments: Environments::default(),
            compute,
            forms: AnswerMemory::default(),
        }
    }

    /// Answers a request for `path`, which is the URL's without any prefix.
    pub(crate) async fn answer(&self, request: &Parts, path: &str) -> Answered {
        let parsed = match SpringPath::parse(path) {
            Ok(parsed) => parsed,
            Err(fault) => return (Problem(fault).into_response(), UNMATCHED),
        };
        let template = parsed.template();
        let response = match request.method {
            Method::GET | Method::HEAD => self
                .read(request, path, &parsed)
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
        &self,
        request: &Parts,
        path: &str,
        parsed: &SpringPath<'_>,
    ) -> Result<Response, Problem> {
        let mut parameters = Parameters::of(request)?;
        let reader = Reader::of(request, &self.identity_rules)?;
        let reader = reader.with_key(parameters.key.take())?;
        match parsed {
            SpringPath::Environment(view) => {
                let call = environment_of(view, reader, parameters);
                self.environment(&request.headers, path, view, call).await
            }
            SpringPath::Flat(view, form) => {
                let resolves = parameters.resolves();
                let call = environment_of(view, reader, parameters);
                let reply = self.get_environment(call).await?;
                let written = flat::answer(self, *form, reply, resolves, &request.headers);
                Ok(Box::pin(written).await?)
            }
            SpringPath::File(view, path) => {
                let call = file::call(view, path, reader, parameters)?;
                file::answer(self, &request.headers, call).await
            }
        }
    }

    /// Answers with an environment: one that is kept ready where it is still right, else a new one.
    /// Which is right says a view that is followed, or config-svc.
    async fn environment(
        &self,
        headers: &HeaderMap,
        path: &str,
        view: &View<'_>,
        mut call: GetEnvironmentRequest,
    ) -> Result<Response, Problem> {
        let origins = accepts_v2(headers);
        call.origins = origins;
        let held = self.environments.get(path, origins);
        if let Some(held) = &held {
            held.tell(&mut call);
        }
        let reply = self.get_environment(call).await?;
        let still = held.filter(|_| reply.not_modified);
        let prepared = match still.and_then(|held| held.still(&reply.etag)) {
            Some(still) => still,
            None if reply.not_modified => {
                // so that the next request asks for it whole
                self.environments.forget(path, origins);
                return Err(Fault::internal(&NotHeld(reply.etag)).into());
            }
            None => {
                let prepared = Arc::new(Prepared::new(view, &reply));
                let split = !reply.assignments.is_empty();
                let environments = &self.environments;
                environments.keep(path, origins, prepared.clone(), split);
                prepared
            }
        };
        Ok(environment::answer(&prepared, &reply, origins, headers))
    }

    async fn get_environment(
        &self,
        request: GetEnvironmentRequest,
    ) -> Result<GetEnvironmentResponse, Problem> {
        let mut client = self.config.clone();
        Ok(self.views.environment(&mut client, request).await?)
    }
}

fn environment_of(
    view: &View<'_>,
    reader: Reader,
    parameters: Parameters,
) -> GetEnvironmentRequest {
    GetEnvironmentRequest {
        view: Some(view.to_proto()),
        instance: reader.instance.text,
        key: reader.key.text,
        min_token: parameters.min_token.unwrap_or_default(),
        ..GetEnvironmentRequest::default()
    }
}

/// Whether the client wants the origin of each value.
fn accepts_v2(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut texts = accepted.filter_map(|accept| accept.to_str().ok());
    texts.any(|accept| accept.contains(V2))
}
