//! The arms that a rollout gives keys.

use axum::{Json as Answer, extract::State};
use vortex_proto::config::v1::ResolveArmsRequest;
use vortex_rest::{KeysToResolve, ResolvedArms};

use crate::{
    answer,
    clients::SplitClient,
    extract::{Json, NoQuery, Path},
    problem::Problem,
};

/// 1,000 keys of 256 bytes, and room for their quotes and escapes.
const LIMIT: usize = 512 * 1024;

/// Ask which arm a rollout gives keys
///
/// For each key its arm, and why: its bucket, or that it is forced. The rollout's first share must
/// be in force, and it must not have ended.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/arms",
    operation_id = "resolveArms",
    tag = "rollouts",
    params(("id" = String, Path, description = "Its id")),
    request_body = KeysToResolve,
    responses((status = 200, description = "The keys and their arms", body = ResolvedArms)),
)]
pub(super) async fn arms(
    State(mut splits): State<SplitClient>,
    Path(id): Path<String>,
    _: NoQuery,
    Json(asked): Json<KeysToResolve, LIMIT>,
) -> Result<Answer<ResolvedArms>, Problem> {
    let keys = asked.keys;
    answer::json(splits.resolve_arms(ResolveArmsRequest { id, keys })).await
}
