//! A heartbeat-ingest that answers what it was told to, and remembers what it was asked.

use std::ops::Deref;

use tonic::{Request, Response, Status, Streaming};
use vortex_proto::heartbeat::v1::{heartbeat_service_server::HeartbeatService, *};

use crate::config_service::{Answering, Messages, Service, answer};

#[derive(Clone, Default)]
pub(crate) struct Heartbeats(Service);

impl Deref for Heartbeats {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.0
    }
}

#[tonic::async_trait]
impl HeartbeatService for Heartbeats {
    type SessionStream = Messages<SessionResponse>;

    answer! {
        report ReportRequest ReportResponse
        report_batch ReportBatchRequest ReportBatchResponse
    }

    async fn session(
        &self,
        _: Request<Streaming<SessionRequest>>,
    ) -> Result<Response<Self::SessionStream>, Status> {
        Err(Status::unimplemented("the gateway does not ask"))
    }
}
