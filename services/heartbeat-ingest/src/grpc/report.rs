//! Takes one report.

use vortex_kit::{context::Context, error::Fault};
use vortex_proto::heartbeat::v1 as pb;

use super::{convert, taking::Taking};
use crate::{
    error::fault,
    intake::{Client, Intake},
};

pub(super) fn report(
    intake: &Intake,
    context: &Context,
    request: &pb::ReportRequest,
) -> Result<pb::ReportResponse, Fault> {
    let Some(heartbeat) = &request.heartbeat else {
        return Err(Fault::invalid("heartbeat", "it is required"));
    };
    let client = Client::of(context);
    let mut batch = intake.begin(client.as_ref(), 1);
    // the caller was judged by the request's fields
    let taken = Taking::new(intake, None).take(&mut batch, heartbeat);
    let (answer, _) = taken.map_err(|refused| fault(refused, "heartbeat"))?;
    Ok(pb::ReportResponse {
        reply: Some(convert::reply(answer)),
    })
}
