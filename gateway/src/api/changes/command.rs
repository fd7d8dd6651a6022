//! Releases and discards change sets.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{DiscardChangeRequest, ReleaseChangeRequest};
use vortex_rest::{ChangeAnswer, Released};

use crate::{
    api::answer,
    extract::{Command as Given, IdempotencyKey, IfMatch, Or, Path},
    problem::Problem,
    services::Services,
};

/// Which change set a command is for; in the query or the body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = ChangeCommand)]
pub(super) struct Command {
    /// The label; `main` when left out.
    label: Option<String>,
    /// A path it holds, where several share the name; the newest of them when left out.
    path: Option<String>,
    /// For a release: even while a rollout holds one of the documents, which ends that rollout, or
    /// though it was rolled back, which needs a reason.
    force: Option<bool>,
    /// For a release: why, for the log.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
}

impl Or for Command {
    fn or(self, other: Self) -> Self {
        Self {
            label: self.label.or(other.label),
            path: self.path.or(other.path),
            force: self.force.or(other.force),
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
        }
    }
}

/// Make a change set stable
///
/// Releases a staged change set, or goes back to one released before; all its documents move at
/// once.
#[utoipa::path(
    post,
    path = "/api/changes/{name}/release",
    operation_id = "releaseChange",
    tag = "changes",
    params(
        ("name" = String, Path, description = "Its name"),
        Command,
        ("If-Match" = Option<String>, Header, description = "The digest of the stable version of `path`, which has to be given"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    request_body = Option<Command>,
    responses((status = 200, description = "It is stable", body = Released)),
)]
pub(super) async fn release(
    State(services): State<Services>,
    Path(name): Path<String>,
    IfMatch(if_match): IfMatch,
    key: IdempotencyKey,
    Given(command): Given<Command>,
) -> Result<Json<Released>, Problem> {
    let request = ReleaseChangeRequest {
        name,
        label: command.label.unwrap_or_default(),
        path: command.path.unwrap_or_default(),
        force: command.force.unwrap_or_default(),
        reason: command.reason.unwrap_or_default(),
        if_match,
        request_id: key.or(command.request_id)?,
        document: None,
    };
    answer::json(services.config().release_change(request)).await
}

/// Give up a staged change set
///
/// Its name stays taken.
#[utoipa::path(
    post,
    path = "/api/changes/{name}/discard",
    operation_id = "discardChange",
    tag = "changes",
    params(
        ("name" = String, Path, description = "Its name"),
        Command,
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    request_body = Option<Command>,
    responses((status = 200, description = "It is given up", body = ChangeAnswer)),
)]
pub(super) async fn discard(
    State(services): State<Services>,
    Path(name): Path<String>,
    key: IdempotencyKey,
    Given(command): Given<Command>,
) -> Result<Json<ChangeAnswer>, Problem> {
    if command.force.is_some() {
        return Err(Fault::invalid("force", "applies only to releases").into());
    }
    if command.reason.is_some() {
        return Err(Fault::invalid("reason", "applies only to releases").into());
    }
    let request = DiscardChangeRequest {
        name,
        label: command.label.unwrap_or_default(),
        path: command.path.unwrap_or_default(),
        request_id: key.or(command.request_id)?,
    };
    answer::json(services.config().discard_change(request)).await
}
