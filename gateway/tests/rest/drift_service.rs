//! A drift-svc that answers what it was told to, and remembers what it was asked.

use std::ops::Deref;

use tonic::Request;
use vortex_proto::drift::v1::{drift_service_server::DriftService, *};

use crate::config_service::{Answering, Service, answer};

#[derive(Clone, Default)]
pub(crate) struct Drift(Service);

impl Deref for Drift {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.0
    }
}

#[tonic::async_trait]
impl DriftService for Drift {
    answer! {
        get_drift GetDriftRequest GetDriftResponse
        list_drift ListDriftRequest ListDriftResponse
        list_instances ListInstancesRequest ListInstancesResponse
        get_instance GetInstanceRequest GetInstanceResponse
        list_alerts ListAlertsRequest ListAlertsResponse
        acknowledge_alert AcknowledgeAlertRequest AcknowledgeAlertResponse
        silence_fleet SilenceFleetRequest SilenceFleetResponse
        remediate RemediateRequest RemediateResponse
        count_arms CountArmsRequest CountArmsResponse
        lowest_buckets LowestBucketsRequest LowestBucketsResponse
        report_instances ReportInstancesRequest ReportInstancesResponse
    }
}
