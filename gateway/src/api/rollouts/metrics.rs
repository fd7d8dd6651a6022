//! Takes reported figures of a rollout's arms.

mod report;

use axum::{Json, extract::State};
use vortex_proto::rollout::v1::ReportMetricsRequest;
use vortex_rest::{ArmReports, ReportTaken};

use crate::{
    clients::RolloutClient,
    extract::{IdempotencyKey, LenientJson, NoQuery, Path},
    problem::Problem,
};

/// Limit of the body, in bytes: a hundred reports with sketches, or ten with all the latencies they
/// may have.
const LIMIT: usize = 1 << 20;

/// Report figures of a rollout's arms
///
/// What happened since the last report: one report or an array of up to 100, all accepted or none.
/// Unknown fields are ignored and counted.
#[utoipa::path(
    post,
    path = "/api/rollouts/{id}/metrics",
    operation_id = "reportRolloutMetrics",
    extensions(("x-vortex-rpc" = json!(["ReportMetrics"]))),
    tag = "rollouts",
    params(
        ("id" = String, Path, description = "The rollout's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the figures count once"),
    ),
    request_body = ArmReports,
    responses((status = 200, description = "They are taken", body = ReportTaken)),
)]
pub(super) async fn report(
    State(mut rollouts): State<RolloutClient>,
    Path(id): Path<String>,
    _: NoQuery,
    key: IdempotencyKey,
    LenientJson(mut reports, ignored_fields): LenientJson<ArmReports, LIMIT>,
) -> Result<Json<ReportTaken>, Problem> {
    let request = ReportMetricsRequest {
        id,
        request_id: key.or(report::request_id(&mut reports)?)?,
        reports: report::to_proto(reports)?,
    };
    let reply = rollouts.report_metrics(request).await?;
    let reply = reply.into_inner();
    Ok(Json(ReportTaken {
        repeated: reply.repeated,
        generation: reply.generation,
        ignored_fields,
    }))
}
