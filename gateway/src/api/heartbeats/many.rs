//! Takes many reports at once, each taken or refused by itself.

use axum::{Json, extract::State};
use vortex_kit::error::Fault;
use vortex_proto::heartbeat::v1::{ReportBatchRequest, ReportResult};
use vortex_rest::{Heartbeat, HeartbeatResult, RefusedHeartbeat};

use super::{LIMIT, report::Report, words};
use crate::{
    clients::HeartbeatClient,
    extract::{IgnoredFields, LenientJson, NoQuery},
    problem::Problem,
};

/// The most reports of a call.
const MOST: usize = 1_000;

/// Report what many instances run
///
/// For agents that gather reports: an array of up to 1,000. The answer has one item for each, in
/// their order: what `POST /heartbeat` answers, or `code`, `detail` and `retry_after`. A body of the
/// wrong shape is refused as a whole.
#[utoipa::path(
    post,
    path = "/api/heartbeats",
    operation_id = "reportHeartbeats",
    extensions(("x-vortex-rpc" = json!(["ReportBatch"]))),
    tag = "heartbeats",
    request_body = Vec<Heartbeat>,
    responses((status = 200, description = "What became of each", body = Vec<HeartbeatResult>)),
)]
pub(super) async fn beats(
    State(mut heartbeats): State<HeartbeatClient>,
    State(ignored): State<IgnoredFields>,
    _: NoQuery,
    LenientJson(all, _): LenientJson<Vec<Heartbeat>, LIMIT>,
) -> Result<Json<Vec<HeartbeatResult>>, Problem> {
    let batch = Batch::of(all)?;
    ignored.count(batch.passed_over);
    // asked even where nothing is left to be sent on: who calls is judged there
    let reply = heartbeats.report_batch(batch.request).await?;
    Ok(Json(join(batch.refused, reply.into_inner().results)?))
}

/// The reports of a call.
#[derive(Debug, Default)]
struct Batch {
    /// Those that can be sent on.
    request: ReportBatchRequest,
    /// For each report what is wrong with it, if it can't.
    refused: Vec<Option<Fault>>,
    passed_over: u64,
}

impl Batch {
    fn of(all: Vec<Heartbeat>) -> Result<Self, Fault> {
        if all.len() > MOST {
            let why = format!("has {} reports, and may have {MOST}", all.len());
            return Err(Fault::invalid("body", why));
        }
        let mut batch = Self::default();
        for heartbeat in all {
            let refused = match Report::of(heartbeat) {
                Ok(report) => {
                    batch.request.heartbeats.push(report.heartbeat);
                    batch.passed_over += report.passed_over;
                    None
                }
                Err(fault) => Some(fault),
            };
            batch.refused.push(refused);
        }
        Ok(batch)
    }
}

/// Puts the results of those that were sent on between those that were not.
fn join(
    refused: Vec<Option<Fault>>,
    results: Vec<ReportResult>,
) -> Result<Vec<HeartbeatResult>, Fault> {
    let mut results = results
        .into_iter()
        .map(|result| words::result(result.into()));
    let all = refused.into_iter().map(|refused| match refused {
        Some(fault) => Ok(HeartbeatResult::Refused(told(&fault))),
        None => results.next().ok_or_else(|| Fault::internal(&TooFew)),
    });
    all.collect()
}

/// There are fewer results than reports.
#[derive(Debug, thiserror::Error)]
#[error("heartbeat-ingest answered fewer results than it was sent reports")]
struct TooFew;

fn told(fault: &Fault) -> RefusedHeartbeat {
    RefusedHeartbeat {
        code: fault.reason().name().to_owned(),
        detail: fault.message().to_owned(),
        retry_after: fault.retry_delay().map(Into::into),
    }
}
