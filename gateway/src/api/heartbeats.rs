//! Heartbeats: which version each running instance has, and how it fares.

mod figures;
mod many;
mod report;
mod words;

use axum::{Json, extract::State};
use utoipa_axum::{router::OpenApiRouter, routes};
use vortex_kit::error::Fault;
use vortex_proto::heartbeat::v1::ReportRequest;
use vortex_rest::{Heartbeat, HeartbeatReply};

use self::report::Report;
use super::{state::ApiState, target::Target};
use crate::{
    answer,
    clients::HeartbeatClient,
    extract::{IgnoredFields, LenientJson, NoQuery, Path, parse_counting},
    problem::Problem,
};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(beat))
        .routes(routes!(many::beats))
        .routes(routes!(beat_of))
}

/// Limit of the body, in bytes: a report with all the latencies it may have, or a thousand without.
const LIMIT: usize = 1 << 20;

/// Report what an instance runs
///
/// The answer says when the next report is wanted, and what the instance should run. Unknown fields
/// are ignored and counted.
#[utoipa::path(
    post,
    path = "/heartbeat",
    operation_id = "reportHeartbeat",
    extensions(("x-vortex-rpc" = json!(["Report"]))),
    tag = "heartbeats",
    request_body = Heartbeat,
    responses((status = 200, description = "It is taken", body = HeartbeatReply)),
)]
async fn beat(
    State(heartbeats): State<HeartbeatClient>,
    State(ignored): State<IgnoredFields>,
    _: NoQuery,
    LenientJson(heartbeat, _): LenientJson<Heartbeat, LIMIT>,
) -> Result<Json<HeartbeatReply>, Problem> {
    send(heartbeats, &ignored, Report::of(heartbeat)?).await
}

/// Report what an instance of a fleet runs
///
/// As `POST /heartbeat`. `app` and `profile` may be left out of the body, and may not differ from the
/// path.
#[utoipa::path(
    post,
    path = "/api/drift/heartbeat/{app}/{profile}",
    operation_id = "reportHeartbeatOf",
    extensions(("x-vortex-rpc" = json!(["Report"]))),
    tag = "heartbeats",
    params(Target),
    request_body = Heartbeat,
    responses((status = 200, description = "It is taken", body = HeartbeatReply)),
)]
async fn beat_of(
    State(heartbeats): State<HeartbeatClient>,
    State(ignored): State<IgnoredFields>,
    Path(target): Path<Target>,
    _: NoQuery,
    LenientJson(heartbeat, _): LenientJson<Heartbeat, LIMIT>,
) -> Result<Json<HeartbeatReply>, Problem> {
    let heartbeat = report::placed(heartbeat, target)?;
    send(heartbeats, &ignored, Report::of(heartbeat)?).await
}

/// Reads a report, and says how many of its members and figures were passed over.
///
/// # Errors
/// It is malformed, or says what no report can.
pub(crate) fn read(body: &[u8]) -> Result<u64, Fault> {
    let (heartbeat, ignored) = parse_counting(body)?;
    Ok(ignored + Report::of(heartbeat)?.passed_over)
}

async fn send(
    mut heartbeats: HeartbeatClient,
    ignored: &IgnoredFields,
    report: Report,
) -> Result<Json<HeartbeatReply>, Problem> {
    ignored.count(report.passed_over);
    let request = ReportRequest {
        heartbeat: Some(report.heartbeat),
    };
    let answer = answer::json(heartbeats.report(request)).await;
    answer.map_err(words::problem)
}
