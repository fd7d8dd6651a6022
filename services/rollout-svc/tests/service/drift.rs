//! A drift-svc that says what a test tells it to say.

use std::sync::{Arc, Mutex};

use futures::future::pending;
use tonic::{Request, Response, Status};
use vortex_proto::{
    config::v1::Arm,
    drift::v1::{self as pb, drift_service_server::DriftService},
    heartbeat::v1::Fleet,
};

/// What it says. Clones say the same.
#[derive(Clone, Default)]
pub(crate) struct Drift {
    said: Arc<Mutex<Said>>,
}

#[derive(Default)]
struct Said {
    hangs: bool,
    arms: Vec<pb::ArmCount>,
    lowest: pb::LowestBucketsResponse,
    asked: Vec<pb::LowestBucketsRequest>,
}

impl Drift {
    /// Says this of the instances from now on.
    pub(crate) fn say(&self, arms: Vec<pb::ArmCount>) {
        self.said.lock().unwrap().arms = arms;
    }

    /// Knows instances in these buckets from now on.
    pub(crate) fn know(&self, buckets: &[u32], complete: bool) {
        self.said.lock().unwrap().lowest = pb::LowestBucketsResponse {
            buckets: buckets.to_vec(),
            instances: buckets.len() as u64,
            complete,
        };
    }

    /// Answers nothing any more, or again.
    pub(crate) fn hang(&self, hangs: bool) {
        self.said.lock().unwrap().hangs = hangs;
    }

    /// The questions for buckets.
    pub(crate) fn asked(&self) -> Vec<pb::LowestBucketsRequest> {
        self.said.lock().unwrap().asked.clone()
    }

    async fn answer<T>(&self, answer: impl FnOnce(&mut Said) -> T) -> Result<Response<T>, Status> {
        let answer = {
            let mut said = self.said.lock().unwrap();
            (!said.hangs).then(|| answer(&mut said))
        };
        match answer {
            Some(answer) => Ok(Response::new(answer)),
            None => pending().await,
        }
    }
}

/// So many instances of `orders`, of which some failed, fell silent or restart.
pub(crate) fn count(
    arm: Arm,
    generation: u64,
    [all, failed, silent, restarting]: [u64; 4],
) -> pb::ArmCount {
    pb::ArmCount {
        fleet: Some(Fleet {
            app: "orders".to_owned(),
            ..Fleet::default()
        }),
        arm: arm.into(),
        generation,
        instances: all,
        failed,
        silent,
        restarting,
        waiting: 0,
    }
}

macro_rules! never_called {
    ($($method:ident($request:ident) -> $response:ident;)+) => {
        #[tonic::async_trait]
        impl DriftService for Drift {
            async fn count_arms(
                &self,
                _: Request<pb::CountArmsRequest>,
            ) -> Result<Response<pb::CountArmsResponse>, Status> {
                self.answer(|said| pb::CountArmsResponse {
                    arms: said.arms.clone(),
                })
                .await
            }

            async fn lowest_buckets(
                &self,
                request: Request<pb::LowestBucketsRequest>,
            ) -> Result<Response<pb::LowestBucketsResponse>, Status> {
                self.answer(|said| {
                    said.asked.push(request.into_inner());
                    said.lowest.clone()
                })
                .await
            }

            $(
                async fn $method(
                    &self,
                    _: Request<pb::$request>,
                ) -> Result<Response<pb::$response>, Status> {
                    Err(Status::unimplemented("rollout-svc does not call it"))
                }
            )+
        }
    };
}

never_called! {
    get_drift(GetDriftRequest) -> GetDriftResponse;
    list_drift(ListDriftRequest) -> ListDriftResponse;
    list_instances(ListInstancesRequest) -> ListInstancesResponse;
    get_instance(GetInstanceRequest) -> GetInstanceResponse;
    list_alerts(ListAlertsRequest) -> ListAlertsResponse;
    acknowledge_alert(AcknowledgeAlertRequest) -> AcknowledgeAlertResponse;
    silence_fleet(SilenceFleetRequest) -> SilenceFleetResponse;
    remediate(RemediateRequest) -> RemediateResponse;
    report_instances(ReportInstancesRequest) -> ReportInstancesResponse;
}
