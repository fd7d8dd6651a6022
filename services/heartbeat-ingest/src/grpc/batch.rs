//! Takes many reports, each by itself.

use vortex_kit::{access::Asked, context::Context, error::Fault, grpc::bounds};
use vortex_proto::heartbeat::v1 as pb;

use super::{convert, taking::Taking};
use crate::{
    error::{Refused, fault},
    intake::{Client, Intake},
};

/// Reports of a call.
const MAX_REPORTS: usize = 1_000;

pub(crate) fn report(
    intake: &Intake,
    context: &Context,
    request: &pb::ReportBatchRequest,
) -> Result<pb::ReportBatchResponse, Fault> {
    let access = context.access();
    // each fleet is judged by itself; a call without any is, too
    access.require(Asked::Filtered)?;
    let reports = &request.heartbeats;
    bounds::items("heartbeats", reports.len(), MAX_REPORTS)?;
    let client = Client::of(context);
    let mut batch = intake.begin(client.as_ref(), reports.len());
    if !reports.is_empty() {
        let checked = batch.check_process();
        checked.map_err(|refused| {
            reports
                .iter()
                .for_each(|_| intake.meters().refused(&refused));
            fault(refused, "heartbeats")
        })?;
    }
    let mut taking = Taking::new(intake, Some(&access));
    let mut results = Vec::with_capacity(reports.len());
    let mut denied = 0;
    for (index, heartbeat) in reports.iter().enumerate() {
        results.push(match taking.take(&mut batch, heartbeat) {
            Ok((answer, _)) => convert::taken(answer),
            Err(Refused::Denied(fault)) => {
                denied += 1;
                // who may send nothing of it is told as with any other call
                if denied == reports.len() {
                    return Err(fault);
                }
                convert::refused(fault)
            }
            Err(refused) => {
                let at = format!("heartbeats[{index}]");
                convert::refused(fault(refused, &at))
            }
        });
    }
    Ok(pb::ReportBatchResponse { results })
}
