//! The gRPC adapter: each method parses, calls, converts.

use tonic::{Request, Response, Status};
use vortex_proto::drift::v1 as pb;
use vortex_proto::drift::v1::drift_service_server::DriftService;

/// Serves `vortex.drift.v1`.
#[derive(Clone)]
pub(crate) struct Grpc;

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl DriftService for Grpc {
    async fn get_drift(
        &self,
        _request: Request<pb::GetDriftRequest>,
    ) -> Reply<pb::GetDriftResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn list_drift(
        &self,
        _request: Request<pb::ListDriftRequest>,
    ) -> Reply<pb::ListDriftResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn list_instances(
        &self,
        _request: Request<pb::ListInstancesRequest>,
    ) -> Reply<pb::ListInstancesResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn get_instance(
        &self,
        _request: Request<pb::GetInstanceRequest>,
    ) -> Reply<pb::GetInstanceResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn list_alerts(
        &self,
        _request: Request<pb::ListAlertsRequest>,
    ) -> Reply<pb::ListAlertsResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn acknowledge_alert(
        &self,
        _request: Request<pb::AcknowledgeAlertRequest>,
    ) -> Reply<pb::AcknowledgeAlertResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn silence_fleet(
        &self,
        _request: Request<pb::SilenceFleetRequest>,
    ) -> Reply<pb::SilenceFleetResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn remediate(
        &self,
        _request: Request<pb::RemediateRequest>,
    ) -> Reply<pb::RemediateResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn count_arms(
        &self,
        _request: Request<pb::CountArmsRequest>,
    ) -> Reply<pb::CountArmsResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn lowest_buckets(
        &self,
        _request: Request<pb::LowestBucketsRequest>,
    ) -> Reply<pb::LowestBucketsResponse> {
        Err(Status::unimplemented("follows"))
    }

    async fn report_instances(
        &self,
        _request: Request<pb::ReportInstancesRequest>,
    ) -> Reply<pb::ReportInstancesResponse> {
        Err(Status::unimplemented("follows"))
    }
}
