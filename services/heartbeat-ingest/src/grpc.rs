//! The gRPC adapter: each method parses, calls, converts.

pub(crate) mod batch;
mod convert;
mod parse;
mod report;
mod session;
mod taking;

use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use vortex_kit::context::Context;
use vortex_proto::heartbeat::v1 as pb;
use vortex_proto::heartbeat::v1::heartbeat_service_server::HeartbeatService;

use crate::intake::Intake;

/// Serves `vortex.heartbeat.v1`.
#[derive(Clone)]
pub(crate) struct Grpc {
    intake: Intake,
}

impl Grpc {
    /// A server of this intake.
    pub(crate) fn new(intake: Intake) -> Self {
        Self { intake }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl HeartbeatService for Grpc {
    type SessionStream = BoxStream<'static, Result<pb::SessionResponse, Status>>;

    async fn report(&self, request: Request<pb::ReportRequest>) -> Reply<pb::ReportResponse> {
        let context = Context::of(&request);
        let taken = report::report(&self.intake, &context, request.get_ref())?;
        Ok(Response::new(taken))
    }

    async fn report_batch(
        &self,
        request: Request<pb::ReportBatchRequest>,
    ) -> Reply<pb::ReportBatchResponse> {
        let context = Context::of(&request);
        let taken = batch::report(&self.intake, &context, request.get_ref())?;
        Ok(Response::new(taken))
    }

    async fn session(
        &self,
        request: Request<Streaming<pb::SessionRequest>>,
    ) -> Reply<Self::SessionStream> {
        let context = Context::of(&request);
        let stream = session::open(self.intake.clone(), context, request.into_inner())?;
        Ok(Response::new(stream))
    }
}
