//! The gRPC adapter: each method parses, calls, converts.

mod access;
mod alerts;
mod convert;
mod fleets;
mod instances;
mod parse;
mod remediate;
mod report;
mod splits;

use tonic::{Request, Response, Status};
use vortex_kit::{context::Context, shutdown::Lifecycle};
use vortex_proto::drift::v1 as pb;
use vortex_proto::drift::v1::drift_service_server::DriftService;
use vortex_service::mutation::{complete, principal};

use crate::{alerts::Alerts, registry::Registry};

/// Serves `vortex.drift.v1`.
#[derive(Clone)]
pub(crate) struct Grpc {
    registry: Registry,
    alerts: Alerts,
    lifecycle: Lifecycle,
}

impl Grpc {
    /// A server of these instances and alerts.
    pub(crate) fn new(registry: Registry, alerts: Alerts, lifecycle: Lifecycle) -> Self {
        Self {
            registry,
            alerts,
            lifecycle,
        }
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl DriftService for Grpc {
    async fn get_drift(
        &self,
        request: Request<pb::GetDriftRequest>,
    ) -> Reply<pb::GetDriftResponse> {
        Ok(Response::new(fleets::get(self, &request.into_inner())?))
    }

    async fn list_drift(
        &self,
        request: Request<pb::ListDriftRequest>,
    ) -> Reply<pb::ListDriftResponse> {
        let access = Context::access_of(&request);
        let listed = fleets::list(self, &access, &request.into_inner())?;
        Ok(Response::new(listed))
    }

    async fn list_instances(
        &self,
        request: Request<pb::ListInstancesRequest>,
    ) -> Reply<pb::ListInstancesResponse> {
        let access = Context::access_of(&request);
        let listed = instances::list(self, &access, request.into_inner()).await?;
        Ok(Response::new(listed))
    }

    async fn get_instance(
        &self,
        request: Request<pb::GetInstanceRequest>,
    ) -> Reply<pb::GetInstanceResponse> {
        Ok(Response::new(instances::get(self, request.into_inner())?))
    }

    async fn list_alerts(
        &self,
        request: Request<pb::ListAlertsRequest>,
    ) -> Reply<pb::ListAlertsResponse> {
        let access = Context::access_of(&request);
        let listed = alerts::list(self, &access, &request.into_inner())?;
        Ok(Response::new(listed))
    }

    async fn acknowledge_alert(
        &self,
        request: Request<pb::AcknowledgeAlertRequest>,
    ) -> Reply<pb::AcknowledgeAlertResponse> {
        let (access, caller) = (Context::access_of(&request), principal(&request));
        let acknowledged = alerts::acknowledge(self.clone(), access, caller, request.into_inner());
        complete(&self.lifecycle, acknowledged).await
    }

    async fn silence_fleet(
        &self,
        request: Request<pb::SilenceFleetRequest>,
    ) -> Reply<pb::SilenceFleetResponse> {
        let caller = principal(&request);
        let silenced = alerts::silence(self.clone(), caller, request.into_inner());
        complete(&self.lifecycle, silenced).await
    }

    async fn remediate(
        &self,
        request: Request<pb::RemediateRequest>,
    ) -> Reply<pb::RemediateResponse> {
        let asked = remediate::remediate(self, &request.into_inner()).await?;
        Ok(Response::new(asked))
    }

    async fn count_arms(
        &self,
        request: Request<pb::CountArmsRequest>,
    ) -> Reply<pb::CountArmsResponse> {
        let counted = splits::count_arms(self, request.into_inner()).await?;
        Ok(Response::new(counted))
    }

    async fn lowest_buckets(
        &self,
        request: Request<pb::LowestBucketsRequest>,
    ) -> Reply<pb::LowestBucketsResponse> {
        let lowest = splits::lowest_buckets(self, &request.into_inner()).await?;
        Ok(Response::new(lowest))
    }

    async fn report_instances(
        &self,
        request: Request<pb::ReportInstancesRequest>,
    ) -> Reply<pb::ReportInstancesResponse> {
        Ok(Response::new(report::report(self, &request.into_inner())?))
    }
}
