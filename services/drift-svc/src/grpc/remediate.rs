//! Asks instances to fetch again what they should run.

use tokio::task::yield_now;
use vortex_kit::error::Fault;
use vortex_proto::drift::v1 as pb;

use super::{Grpc, parse};
use crate::registry::AskedCounts;

/// The most instances that may be named.
const MOST: usize = 1_000;

pub(super) async fn remediate(
    grpc: &Grpc,
    request: &pb::RemediateRequest,
) -> Result<pb::RemediateResponse, Fault> {
    let name = parse::fleet_name(request.fleet.as_ref())?;
    let ids = &request.instance_ids;
    if ids.len() > MOST {
        let why = format!("{} instances, at most {MOST} may be named", ids.len());
        return Err(Fault::invalid("instance_ids", why));
    }
    let Some(tracked) = grpc.registry.fleet(&name) else {
        return Ok(pb::RemediateResponse {
            skipped: ids.len() as u64,
            ..pb::RemediateResponse::default()
        });
    };
    grpc.registry.judge(&tracked).await;
    if !ids.is_empty() {
        let counts = grpc.registry.ask(&tracked, ids);
        return Ok(answer(counts, counts.skipped));
    }
    let (mut counts, mut from) = (AskedCounts::default(), Some(0));
    while let Some(at) = from {
        from = grpc.registry.ask_all(&tracked, at, &mut counts);
        yield_now().await;
    }
    // only those that are named are told to be skipped
    Ok(answer(counts, 0))
}

fn answer(counts: AskedCounts, skipped: u64) -> pb::RemediateResponse {
    pb::RemediateResponse {
        asked: counts.asked,
        asked_before: counts.before,
        skipped,
    }
}
