//! Asks instances to fetch their version again.

use axum::{Json as JsonAnswer, extract::State};
use vortex_kit::error::Fault;
use vortex_proto::drift::v1::RemediateRequest;
use vortex_rest::{Remediated, Remediation};

use crate::{
    answer,
    api::target::{OnLabel, Target},
    clients::DriftClient,
    extract::{Json, Path, Query},
    problem::Problem,
};

/// Limit of the body, in bytes: a thousand ids of the greatest length, escaped in part.
const LIMIT: usize = 512 * 1024;

/// Ask instances to fetch their version again
///
/// Those that don't run what they should, all of them or those named. They are asked with the answer
/// to their next report, each once in five minutes for the same version.
#[utoipa::path(
    post,
    path = "/api/drift/{app}/{profile}/remediate",
    operation_id = "remediate",
    tag = "drift",
    params(Target, OnLabel),
    request_body = Remediation,
    responses((status = 200, description = "How many are asked", body = Remediated)),
)]
pub(super) async fn remediate(
    State(mut drift): State<DriftClient>,
    Path(target): Path<Target>,
    Query(OnLabel { label }): Query<OnLabel>,
    Json(whom): Json<Remediation, LIMIT>,
) -> Result<JsonAnswer<Remediated>, Problem> {
    // an empty list means all of them to the service, and nobody to who computed it
    if whom.instances.as_ref().is_some_and(Vec::is_empty) {
        let why = "is empty; leave it out to ask all that don't run what they should";
        return Err(Fault::invalid("instances", why).into());
    }
    let request = RemediateRequest {
        fleet: Some(target.fleet(label)),
        instance_ids: whom.instances.unwrap_or_default(),
    };
    answer::json(drift.remediate(request)).await
}
