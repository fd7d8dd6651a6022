//! Releases a version of a document, named by the document instead of the change set.

use axum::{Json, extract::State};
use vortex_kit::error::Fault;
use vortex_proto::config::v1::ReleaseChangeRequest;
use vortex_rest::Released;

use crate::{
    answer,
    api::target::Target,
    clients::ConfigClient,
    extract::{Command, IdempotencyKey, IfMatch, Path, command_parameters},
    problem::Problem,
};

command_parameters! {
    /// What is released; in the query or the body.
    pub(super) struct ReleaseVersion {
        /// The label; `main` when left out.
        label: Option<String>,
        /// The version to release; required.
        version: Option<String>,
        /// Releases even while a rollout holds the document, which ends that rollout: everybody
        /// gets this version now. Also releases what was rolled back, which needs a reason.
        force: Option<bool>,
        /// Why it is forced, for the log.
        reason: Option<String>,
        /// Who releases it, as the caller says.
        author: Option<String>,
        /// What for, for people.
        message: Option<String>,
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
    extensions(("x-vortex-rpc" = json!(["ReleaseChange"]))),
    tag = "configs",
    params(
        Target,
        ReleaseVersion,
        ("If-Match" = Option<String>, Header, description = "The digest of the stable version"),
        IdempotencyKey,
    ),
    request_body = Option<ReleaseVersion>,
    responses((status = 200, description = "It is stable", body = Released)),
)]
pub(super) async fn release(
    State(mut config): State<ConfigClient>,
    Path(target): Path<Target>,
    IfMatch(if_match): IfMatch,
    Command { given, request_id }: Command<ReleaseVersion>,
) -> Result<Json<Released>, Problem> {
    let name = given
        .version
        .ok_or_else(|| Fault::invalid("version", "say which version to release"))?;
    let request = ReleaseChangeRequest {
        name,
        document: Some(target.document(given.label)),
        force: given.force.unwrap_or_default(),
        reason: given.reason.unwrap_or_default(),
        author: given.author.unwrap_or_default(),
        message: given.message.unwrap_or_default(),
        if_match,
        request_id,
        ..ReleaseChangeRequest::default()
    };
    answer::json(config.release_change(request)).await
}
