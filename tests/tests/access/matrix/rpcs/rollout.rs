//! Rollouts.

use vortex_proto::rollout::v1 as rollout;

use super::super::expected::Where::{Anywhere, Everywhere, Named};
use super::{Rpc, encoded, rpc};

pub(super) fn reads() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.rollout.v1.RolloutService/GetRollout",
            "reader",
            Named,
            |w| {
                encoded(&rollout::GetRolloutRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ListRollouts",
            "reader",
            Anywhere,
            |_| encoded(&rollout::ListRolloutsRequest::default()),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ListAudit",
            "reader",
            Named,
            |w| {
                encoded(&rollout::ListAuditRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ListTransitions",
            "reader",
            Anywhere,
            |_| encoded(&rollout::ListTransitionsRequest::default()),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/GetAnalysis",
            "reader",
            Named,
            |w| {
                encoded(&rollout::GetAnalysisRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/WatchRollout",
            "reader",
            Named,
            |w| {
                encoded(&rollout::WatchRolloutRequest {
                    id: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/GetBreaker",
            "reader",
            Anywhere,
            |_| encoded(&rollout::GetBreakerRequest {}),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ReportWindow",
            "agent",
            Everywhere,
            |_| encoded(&rollout::ReportWindowRequest::default()),
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ReportMetrics",
            "agent",
            Named,
            |w| {
                encoded(&rollout::ReportMetricsRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
    ]
}

pub(super) fn writes() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.rollout.v1.RolloutService/CreateRollout",
            "operator",
            Named,
            |w| {
                use rollout::create_rollout_request::Target;
                let target = Target::Document(rollout::DocumentTarget {
                    app: w.app.into(),
                    from_version: format!("{}-v1", w.app),
                    to_version: format!("{}-v2", w.app),
                    ..Default::default()
                });
                let stage = rollout::Stage {
                    percentage: 100.0,
                    ..Default::default()
                };
                encoded(&rollout::CreateRolloutRequest {
                    target: Some(target),
                    stages: vec![stage],
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/StartRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::StartRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/EditRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::EditRolloutRequest {
                    id: w.rollout.clone(),
                    resume_after_passes: Some(3),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/PauseRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::PauseRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ResumeRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::ResumeRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/PromoteRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::PromoteRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/RevertRollout",
            "operator",
            Named,
            |w| {
                encoded(&rollout::RevertRolloutRequest {
                    id: w.rollout.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.rollout.v1.RolloutService/ResetBreaker",
            "operator",
            Everywhere,
            |_| encoded(&rollout::ResetBreakerRequest::default()),
        ),
    ]
}
