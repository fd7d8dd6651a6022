//! The gRPC adapter: each method parses, calls, converts.

use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};
use vortex_proto::heartbeat::v1 as pb;
use vortex_proto::heartbeat::v1::heartbeat_service_server::HeartbeatService;

/// Serves `vortex.heartbeat.v1`.
#[derive(Clone)]
pub(crate) struct Grpc;

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl HeartbeatService for Grpc {
    type SessionStream = BoxStream<'static, Result<pb::SessionResponse, Status>>;

    async fn report(&self, _request: Request<pb::ReportRequest>) -> Reply<pb::ReportResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn report_batch(
        &self,
        _request: Request<pb::ReportBatchRequest>,
    ) -> Reply<pb::ReportBatchResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn session(
        &self,
        _request: Request<Streaming<pb::SessionRequest>>,
    ) -> Reply<Self::SessionStream> {
        Err(Status::unimplemented("follows"))
    }
}
