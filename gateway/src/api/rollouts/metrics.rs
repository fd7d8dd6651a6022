//! Takes reported figures of a rollout's arms.

mod report;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::rollout::v1::ReportMetricsRequest;

use crate::{
    clients::RolloutClient,
    extract::{IdempotencyKey, LenientJson, NoQuery, Path},
    problem::Problem,
};
use report::Reports;

/// A hundred reports with sketches, or ten with all the latencies they may have.
const LIMIT: usize = 1 << 20;

/// The figures were taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReportTaken)]
pub(super) struct Taken {
    /// Whether they were taken before, and counted then.
    repeated: bool,
    /// The rollout's generation.
    generation: u64,
    /// Fields that are not known, and were passed over.
    ignored_fields: u64,
}

/// Report figures of a rollout's arms
///
/// What happened since the last report: one report or an array of them, 100 at most, all taken or
/// none. Unknown fields are passed over, and counted.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/metrics",
    operation_id = "reportRolloutMetrics",
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "The rollout's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the figures count once"),
    ),
    request_body = Reports,
    responses((status = 200, description = "They are taken", body = Taken)),
)]
pub(super) async fn report(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    _: NoQuery,
    key: IdempotencyKey,
    LenientJson(mut reports, ignored_fields): LenientJson<Reports, LIMIT>,
) -> Result<Json<Taken>, Problem> {
    let request = ReportMetricsRequest {
        id,
        request_id: key.or(reports.request_id()?)?,
        reports: reports.into_proto()?,
    };
    let reply = rollouts.report_metrics(request).await?;
    let reply = reply.into_inner();
    Ok(Json(Taken {
        repeated: reply.repeated,
        generation: reply.generation,
        ignored_fields,
    }))
}
