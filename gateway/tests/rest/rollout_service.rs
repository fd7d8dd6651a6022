//! A rollout-svc that answers what it was told to, and remembers what it was asked.

use std::{
    ops::Deref,
    sync::{Arc, Mutex},
};

use futures::{StreamExt, channel::mpsc};
use tonic::{Request, Response, Status};
use vortex_kit::error::{Fault, Reason};
use vortex_proto::rollout::v1::{rollout_service_server::RolloutService, *};

use crate::config_service::{Answering, Messages, Service, answer};

type Feed = mpsc::Receiver<Result<WatchRolloutResponse, Status>>;

#[derive(Clone, Default)]
pub(crate) struct Rollouts {
    service: Service,
    feed: Arc<Mutex<Option<Feed>>>,
}

impl Rollouts {
    /// The end from which the next watch of a rollout is fed.
    pub(crate) fn feed(&self) -> mpsc::Sender<Result<WatchRolloutResponse, Status>> {
        let (send, receive) = mpsc::channel(16);
        *self.feed.lock().unwrap() = Some(receive);
        send
    }
}

impl Deref for Rollouts {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

#[tonic::async_trait]
impl RolloutService for Rollouts {
    type WatchRolloutStream = Messages<WatchRolloutResponse>;

    answer! {
        create_rollout CreateRolloutRequest CreateRolloutResponse
        get_rollout GetRolloutRequest GetRolloutResponse
        list_rollouts ListRolloutsRequest ListRolloutsResponse
        start_rollout StartRolloutRequest StartRolloutResponse
        promote_rollout PromoteRolloutRequest PromoteRolloutResponse
        pause_rollout PauseRolloutRequest PauseRolloutResponse
        resume_rollout ResumeRolloutRequest ResumeRolloutResponse
        roll_back_rollout RollBackRolloutRequest RollBackRolloutResponse
        complete_rollout CompleteRolloutRequest CompleteRolloutResponse
        revert_rollout RevertRolloutRequest RevertRolloutResponse
        edit_rollout EditRolloutRequest EditRolloutResponse
        delete_rollout DeleteRolloutRequest DeleteRolloutResponse
        list_audit ListAuditRequest ListAuditResponse
        list_transitions ListTransitionsRequest ListTransitionsResponse
        get_analysis GetAnalysisRequest GetAnalysisResponse
        report_metrics ReportMetricsRequest ReportMetricsResponse
        report_window ReportWindowRequest ReportWindowResponse
        get_breaker GetBreakerRequest GetBreakerResponse
        reset_breaker ResetBreakerRequest ResetBreakerResponse
    }

    async fn watch_rollout(
        &self,
        _: Request<WatchRolloutRequest>,
    ) -> Result<Response<Self::WatchRolloutStream>, Status> {
        match self.feed.lock().unwrap().take() {
            Some(messages) => Ok(Response::new(messages.boxed())),
            None => Err(Fault::new(Reason::RolloutNotFound, "there is no such rollout").into()),
        }
    }
}
