//! Releases and discards change sets.

use axum::{Json, extract::State};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::{DiscardChangeRequest, ReleaseChangeRequest};
use vortex_rest::{ChangeAnswer, Released};

use crate::{
    answer,
    clients::ConfigClient,
    extract::{Command, IdempotencyKey, IfMatch, Path, command_parameters},
    problem::Problem,
};

command_parameters! {
    /// Which change set a command is for; in the query or the body.
    pub(super) struct ChangeCommand {
        /// The label; `main` when left out.
        label: Option<String>,
        /// A path in it, where several change sets share the name; the newest of them when left
        /// out.
        path: Option<String>,
        /// For a release: even while a rollout holds one of the documents, which ends that rollout,
        /// or though it was rolled back, which needs a reason.
        force: Option<bool>,
        /// For a release: why it is forced, for the log.
        reason: Option<String>,
        /// For a release: who releases it, as the caller says.
        author: Option<String>,
        /// For a release: what for, for people.
        message: Option<String>,
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
        ChangeCommand,
        ("If-Match" = Option<String>, Header, description = "The digest of the stable version of `path`, which has to be given"),
        IdempotencyKey,
    ),
    request_body = Option<ChangeCommand>,
    responses((status = 200, description = "It is stable", body = Released)),
)]
pub(super) async fn release(
    State(mut config): State<ConfigClient>,
    Path(name): Path<String>,
    IfMatch(if_match): IfMatch,
    Command { given, request_id }: Command<ChangeCommand>,
) -> Result<Json<Released>, Problem> {
    let request = ReleaseChangeRequest {
        name,
        label: given.label.unwrap_or_default(),
        path: given.path.unwrap_or_default(),
        force: given.force.unwrap_or_default(),
        reason: given.reason.unwrap_or_default(),
        author: given.author.unwrap_or_default(),
        message: given.message.unwrap_or_default(),
        if_match,
        request_id,
        document: None,
    };
    answer::json(config.release_change(request)).await
}

/// Give up a staged change set
///
/// Its name cannot be used again.
#[utoipa::path(
    post,
    path = "/api/changes/{name}/discard",
    operation_id = "discardChange",
    tag = "changes",
    params(
        ("name" = String, Path, description = "Its name"),
        ChangeCommand,
        IdempotencyKey,
    ),
    request_body = Option<ChangeCommand>,
    responses((status = 200, description = "It is given up", body = ChangeAnswer)),
)]
pub(super) async fn discard(
    State(mut config): State<ConfigClient>,
    Path(name): Path<String>,
    Command { given, request_id }: Command<ChangeCommand>,
) -> Result<Json<ChangeAnswer>, Problem> {
    let of_releases = [
        ("force", given.force.is_some()),
        ("reason", given.reason.is_some()),
        ("author", given.author.is_some()),
        ("message", given.message.is_some()),
    ];
    if let Some((field, _)) = of_releases.into_iter().find(|(_, given)| *given) {
        return Err(Fault::invalid(field, "applies only to releases").into());
    }
    let request = DiscardChangeRequest {
        name,
        label: given.label.unwrap_or_default(),
        path: given.path.unwrap_or_default(),
        request_id,
    };
    answer::json(config.discard_change(request)).await
}
