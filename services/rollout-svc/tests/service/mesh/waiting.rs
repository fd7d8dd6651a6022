//! Waits for rollouts, and reports of their arms meanwhile.

use std::time::Duration;

use tonic::Response;
use vortex_kit::error::Fault;
use vortex_proto::rollout::v1 as pb;

use super::{Mesh, PATIENCE, arm};

impl Mesh {
    /// Waits until a rollout matches.
    pub(crate) async fn wait(
        &self,
        id: &str,
        wanted: impl Fn(&pb::WatchRolloutResponse) -> bool,
    ) -> pb::Rollout {
        let request = pb::WatchRolloutRequest { id: id.to_owned() };
        let watch = self.rollouts.clone().watch_rollout(request).await;
        let mut watch = watch.unwrap().into_inner();
        let wait = async {
            let mut last = None;
            while let Some(seen) = watch.message().await.unwrap() {
                if wanted(&seen) {
                    return seen.rollout.unwrap();
                }
                last = Some(seen);
            }
            panic!("it ended otherwise: {last:?}");
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("it comes in time")
    }

    /// Waits until a rollout is in a state, and config-svc has confirmed it.
    pub(crate) async fn wait_for(&self, id: &str, state: pb::RolloutState) -> pb::Rollout {
        self.wait(id, |seen| {
            let rollout = seen.rollout.as_ref().unwrap();
            rollout.state() == state && rollout.effect() != pb::EffectState::Pending
        })
        .await
    }

    /// Waits until a rollout's effect is in force.
    pub(crate) async fn confirmed(&self, id: &str) -> pb::Rollout {
        self.wait(id, |seen| {
            let rollout = seen.rollout.as_ref().unwrap();
            rollout.effect() == pb::EffectState::Confirmed
        })
        .await
    }

    /// Reports figures of both arms, until the rollout is in a state.
    pub(crate) async fn report_until(
        &self,
        id: &str,
        errors_of_canary: u64,
        state: pb::RolloutState,
    ) -> pb::Rollout {
        let ended = self.wait_for(id, state);
        self.report_while(id, errors_of_canary, ended).await
    }

    /// Reports figures of both arms until something else has happened.
    pub(crate) async fn report_while<T>(
        &self,
        id: &str,
        errors_of_canary: u64,
        until: impl Future<Output = T>,
    ) -> T {
        tokio::select! {
            come = until => come,
            () = self.report_for_ever(id, errors_of_canary) => unreachable!("it has no end"),
        }
    }

    async fn report_for_ever(&self, id: &str, errors_of_canary: u64) {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        loop {
            ticks.tick().await;
            let reports = vec![arm("canary", 100, errors_of_canary), arm("stable", 100, 0)];
            // a report after the end is refused
            let _ = self.report(id, reports).await;
        }
    }

    pub(crate) async fn report(
        &self,
        id: &str,
        reports: Vec<pb::ArmReport>,
    ) -> Result<pb::ReportMetricsResponse, Fault> {
        let request = pb::ReportMetricsRequest {
            id: id.to_owned(),
            reports,
            ..Default::default()
        };
        let taken = self.rollouts.clone().report_metrics(request).await;
        taken
            .map(Response::into_inner)
            .map_err(|status| Fault::from_status(&status))
    }
}
