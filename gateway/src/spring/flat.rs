//! A configuration in one of the flat forms.

use std::sync::Arc;

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Map, Value};
use vortex_kit::{
    compute,
    error::{Fault, Reason},
};
use vortex_proto::config::v1::GetEnvironmentResponse;
use vortex_spring::{
    Budget, Limits,
    flat::{self, FlatSource},
    placeholders::Error,
};

use super::{Spring, form::Form};
use crate::{answer::headers::AnswerHeaders, extract::IfNoneMatch};

/// A form of at most so many bytes of properties is written on the request's own thread.
const AT_ONCE: usize = 64 << 10;

/// Answers with an environment in a flat form, or 304 when the caller holds it.
///
/// Fails with `INVALID_ARGUMENT` when placeholders refer to each other in a circle, as Spring's
/// server does, and with `ANSWER_TOO_LARGE` when they expand to too much.
pub(super) async fn answer(
    spring: &Spring,
    form: Form,
    environment: GetEnvironmentResponse,
    resolve: bool,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    let held = IfNoneMatch::of(headers);
    let environment = Arc::new(environment);
    let body = match held.holds(&environment.digest) {
        true => Bytes::new(),
        false => {
            let asked = Asked {
                form,
                environment: environment.clone(),
                resolve,
            };
            spring.forms.hold(asked.written(spring).await?)?
        }
    };
    let head = AnswerHeaders {
        digest: &environment.digest,
        version: &environment.version,
        token: &environment.token,
        source_age: environment.source_age.as_ref(),
    };
    Ok(head.answer(&held, || {
        let mut response = Response::new(Body::from(body));
        let content_type = HeaderValue::from_static(form.content_type());
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        response
    }))
}

/// A form that is asked for.
struct Asked {
    form: Form,
    environment: Arc<GetEnvironmentResponse>,
    resolve: bool,
}

impl Asked {
    /// Writes the form; off the request threads if that takes long.
    async fn written(self, spring: &Spring) -> Result<String, Fault> {
        let sources = self.environment.sources.iter();
        let bytes: usize = sources.map(|source| source.properties.len()).sum();
        if bytes <= AT_ONCE {
            match self.write(&mut Budget::new(Limits::AT_ONCE, &|| false))? {
                Err(Error::Spent(_)) => {}
                written => return written.map_err(|error| unresolvable(&error)),
            }
        }
        let written = spring.compute.run(move |waiting| {
            let gave_up = || waiting.gave_up();
            self.write(&mut Budget::new(Limits::ANSWER, &gave_up))
        });
        written.await??.map_err(|error| unresolvable(&error))
    }

    fn write(&self, budget: &mut Budget<'_>) -> Result<Result<String, Error>, Fault> {
        let sources = self.environment.sources.iter();
        let properties: Vec<Map<String, Value>> = sources
            .map(|source| serde_json::from_slice(&source.properties))
            .collect::<Result<_, _>>()
            .map_err(|error| Fault::internal(&error))?;
        let sources: Vec<FlatSource<'_>> = properties.iter().map(FlatSource::from).collect();
        Ok(match self.form {
            Form::Yml | Form::Yaml => flat::yaml(&sources, self.resolve, budget),
            Form::Json => flat::json(&sources, self.resolve, budget),
            Form::Properties => flat::properties(&sources, self.resolve, budget),
        })
    }
}

fn unresolvable(error: &Error) -> Fault {
    match error {
        Error::Cycle(_) | Error::TooDeep => Fault::new(Reason::InvalidArgument, error.to_string()),
        Error::Spent(spent) => match spent.limit() {
            Some((name, limit)) => {
                Fault::new(Reason::AnswerTooLarge, error.to_string()).with(name, limit)
            }
            None => compute::Refused::TooLate.into(),
        },
    }
}
