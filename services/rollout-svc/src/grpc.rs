//! The gRPC adapter: each method parses, calls, converts.

mod access;
mod breaker;
mod commands;
mod convert;
mod create;
mod parse;
mod reads;
mod report;
#[cfg(test)]
mod samples;
mod transitions;
mod watch;
mod window;

use futures::stream::BoxStream;
use tonic::{Request, Response, Status};
use vortex_kit::{access::Asked, context::Context, shutdown::Lifecycle};
use vortex_proto::rollout::v1 as pb;
use vortex_proto::rollout::v1::rollout_service_server::RolloutService;
use vortex_service::mutation::complete;

use crate::{
    domain::{BreakerLimits, Rollout},
    engine::Rollouts,
};

/// Serves `vortex.rollout.v1`.
#[derive(Clone)]
pub(crate) struct Grpc {
    rollouts: Rollouts,
    limits: BreakerLimits,
    lifecycle: Lifecycle,
}

impl Grpc {
    /// A server of these rollouts, whose breaker opens at these limits.
    pub(crate) fn new(rollouts: Rollouts, limits: BreakerLimits, lifecycle: Lifecycle) -> Self {
        Self {
            rollouts,
            limits,
            lifecycle,
        }
    }

    /// A rollout in an answer, with the reason why its effect is not in force.
    fn shown(&self, rollout: &Rollout) -> pb::Rollout {
        let entry = self.rollouts.entry(rollout.id());
        let delivery = entry.ok().and_then(|entry| entry.delivery());
        let failed = delivery
            .filter(|delivery| delivery.generation == rollout.standing.generation)
            .and_then(|delivery| delivery.error);
        convert::rollout(rollout, failed)
    }
}

type Reply<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl RolloutService for Grpc {
    type WatchRolloutStream = BoxStream<'static, Result<pb::WatchRolloutResponse, Status>>;

    async fn create_rollout(
        &self,
        request: Request<pb::CreateRolloutRequest>,
    ) -> Reply<pb::CreateRolloutResponse> {
        complete(&self.lifecycle, create::create(self.clone(), request)).await
    }

    async fn get_rollout(
        &self,
        request: Request<pb::GetRolloutRequest>,
    ) -> Reply<pb::GetRolloutResponse> {
        let access = Context::access_of(&request);
        let found = reads::get(self, &access, &request.into_inner()).await?;
        Ok(Response::new(found))
    }

    async fn list_rollouts(
        &self,
        request: Request<pb::ListRolloutsRequest>,
    ) -> Reply<pb::ListRolloutsResponse> {
        let access = Context::access_of(&request);
        let listed = reads::list(self, &access, request.into_inner())?;
        Ok(Response::new(listed))
    }

    async fn start_rollout(
        &self,
        request: Request<pb::StartRolloutRequest>,
    ) -> Reply<pb::StartRolloutResponse> {
        complete(&self.lifecycle, commands::start(self.clone(), request)).await
    }

    async fn promote_rollout(
        &self,
        request: Request<pb::PromoteRolloutRequest>,
    ) -> Reply<pb::PromoteRolloutResponse> {
        complete(&self.lifecycle, commands::promote(self.clone(), request)).await
    }

    async fn pause_rollout(
        &self,
        request: Request<pb::PauseRolloutRequest>,
    ) -> Reply<pb::PauseRolloutResponse> {
        complete(&self.lifecycle, commands::pause(self.clone(), request)).await
    }

    async fn resume_rollout(
        &self,
        request: Request<pb::ResumeRolloutRequest>,
    ) -> Reply<pb::ResumeRolloutResponse> {
        complete(&self.lifecycle, commands::resume(self.clone(), request)).await
    }

    async fn roll_back_rollout(
        &self,
        request: Request<pb::RollBackRolloutRequest>,
    ) -> Reply<pb::RollBackRolloutResponse> {
        complete(&self.lifecycle, commands::roll_back(self.clone(), request)).await
    }

    async fn complete_rollout(
        &self,
        request: Request<pb::CompleteRolloutRequest>,
    ) -> Reply<pb::CompleteRolloutResponse> {
        complete(&self.lifecycle, commands::complete(self.clone(), request)).await
    }

    async fn revert_rollout(
        &self,
        request: Request<pb::RevertRolloutRequest>,
    ) -> Reply<pb::RevertRolloutResponse> {
        complete(&self.lifecycle, create::revert(self.clone(), request)).await
    }

    async fn edit_rollout(
        &self,
        request: Request<pb::EditRolloutRequest>,
    ) -> Reply<pb::EditRolloutResponse> {
        complete(&self.lifecycle, commands::edit(self.clone(), request)).await
    }

    async fn delete_rollout(
        &self,
        request: Request<pb::DeleteRolloutRequest>,
    ) -> Reply<pb::DeleteRolloutResponse> {
        complete(&self.lifecycle, commands::delete(self.clone(), request)).await
    }

    async fn list_audit(
        &self,
        request: Request<pb::ListAuditRequest>,
    ) -> Reply<pb::ListAuditResponse> {
        let access = Context::access_of(&request);
        let listed = reads::audit(self, &access, &request.into_inner()).await?;
        Ok(Response::new(listed))
    }

    async fn list_transitions(
        &self,
        request: Request<pb::ListTransitionsRequest>,
    ) -> Reply<pb::ListTransitionsResponse> {
        let access = Context::access_of(&request);
        let listed = transitions::list(self, &access, request.into_inner()).await?;
        Ok(Response::new(listed))
    }

    async fn get_analysis(
        &self,
        request: Request<pb::GetAnalysisRequest>,
    ) -> Reply<pb::GetAnalysisResponse> {
        let access = Context::access_of(&request);
        let found = reads::analysis(self, &access, &request.into_inner()).await?;
        Ok(Response::new(found))
    }

    async fn report_metrics(
        &self,
        request: Request<pb::ReportMetricsRequest>,
    ) -> Reply<pb::ReportMetricsResponse> {
        let access = Context::access_of(&request);
        let taken = report::report(self, &access, request.into_inner())?;
        Ok(Response::new(taken))
    }

    async fn report_window(
        &self,
        request: Request<pb::ReportWindowRequest>,
    ) -> Reply<pb::ReportWindowResponse> {
        let taken = window::take(self, request.into_inner()).await?;
        Ok(Response::new(taken))
    }

    async fn watch_rollout(
        &self,
        request: Request<pb::WatchRolloutRequest>,
    ) -> Reply<Self::WatchRolloutStream> {
        let stream = watch::watch(self.clone(), &request)?;
        Ok(Response::new(stream))
    }

    async fn get_breaker(
        &self,
        request: Request<pb::GetBreakerRequest>,
    ) -> Reply<pb::GetBreakerResponse> {
        // it concerns all rollouts, so whoever sees any may know
        Context::access_of(&request).require(Asked::Filtered)?;
        Ok(Response::new(breaker::get(self)))
    }

    async fn reset_breaker(
        &self,
        request: Request<pb::ResetBreakerRequest>,
    ) -> Reply<pb::ResetBreakerResponse> {
        complete(&self.lifecycle, breaker::reset(self.clone(), request)).await
    }
}
