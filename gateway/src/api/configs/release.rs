//! Releases a version of a document, named by the document instead of the change set.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::ReleaseChangeRequest;
use vortex_rest::Released;

use crate::{
    api::{answer, target::Target},
    extract::{Command as Given, IdempotencyKey, IfMatch, Or, Path},
    problem::Problem,
    services::Services,
};

/// What is released; in the query or the body.
#[derive(Debug, Default, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[schema(as = ReleaseVersion)]
pub(super) struct Command {
    /// The label; `main` when left out.
    label: Option<String>,
    /// The version to release; required.
    version: Option<String>,
    /// Releases even while a rollout holds the document, which ends that rollout: everybody gets
    /// this version now. Also releases what was rolled back, which needs a reason.
    force: Option<bool>,
    /// Why, for the log.
    reason: Option<String>,
    /// As the header `Idempotency-Key`.
    request_id: Option<String>,
}

impl Or for Command {
    fn or(self, other: Self) -> Self {
        Self {
            label: self.label.or(other.label),
            version: self.version.or(other.version),
            force: self.force.or(other.force),
            reason: self.reason.or(other.reason),
            request_id: self.request_id.or(other.request_id),
        }
    }
}

/// Make a version of a document stable
///
/// Releases a staged version, or goes back to an earlier one. All documents of its change set
/// move together.
#[utoipa::path(
    post,
    path = "/api/configs/{app}/{profile}/release",
    operation_id = "releaseVersion",
    tag = "configs",
    params(
        Target,
        Command,
        ("If-Match" = Option<String>, Header, description = "The digest of the stable version"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the call safe to repeat for 24 hours"),
    ),
    request_body = Option<Command>,
    responses((status = 200, description = "It is stable", body = Released)),
)]
pub(super) async fn release(
    State(services): State<Services>,
    Path(target): Path<Target>,
    IfMatch(if_match): IfMatch,
    key: IdempotencyKey,
    Given(command): Given<Command>,
) -> Result<Json<Released>, Problem> {
    let name = command
        .version
        .ok_or_else(|| Fault::invalid("version", "say which version to release"))?;
    let request = ReleaseChangeRequest {
        name,
        document: Some(target.document(command.label)),
        force: command.force.unwrap_or_default(),
        reason: command.reason.unwrap_or_default(),
        if_match,
        request_id: key.or(command.request_id)?,
        ..ReleaseChangeRequest::default()
    };
    answer::json(services.config().release_change(request)).await
}
