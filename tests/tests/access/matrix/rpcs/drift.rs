//! Drift.

use vortex_proto::drift::v1 as drift;

use super::super::expected::Where::{Anywhere, Everywhere, Named};
use super::{Rpc, encoded, rpc};

pub(super) fn reads() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.drift.v1.DriftService/GetDrift",
            "reader",
            Named,
            |w| {
                encoded(&drift::GetDriftRequest {
                    fleet: Some(w.fleet()),
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/ListDrift",
            "reader",
            Anywhere,
            |_| encoded(&drift::ListDriftRequest::default()),
        ),
        rpc(
            "vortex.drift.v1.DriftService/ListInstances",
            "reader",
            Anywhere,
            |_| encoded(&drift::ListInstancesRequest::default()),
        ),
        rpc(
            "vortex.drift.v1.DriftService/GetInstance",
            "reader",
            Named,
            |w| {
                encoded(&drift::GetInstanceRequest {
                    fleet: Some(w.fleet()),
                    instance_id: "pod-0".into(),
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/ListAlerts",
            "reader",
            Anywhere,
            |_| encoded(&drift::ListAlertsRequest::default()),
        ),
        rpc(
            "vortex.drift.v1.DriftService/CountArms",
            "reader",
            Everywhere,
            |w| {
                encoded(&drift::CountArmsRequest {
                    split: w.rollout.clone(),
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/LowestBuckets",
            "reader",
            Everywhere,
            |w| {
                encoded(&drift::LowestBucketsRequest {
                    split: w.rollout.clone(),
                    count: 1,
                    ..Default::default()
                })
            },
        ),
    ]
}

pub(super) fn writes() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.drift.v1.DriftService/ReportInstances",
            "agent",
            Everywhere,
            |w| encoded(&w.window(1)),
        ),
        rpc(
            "vortex.drift.v1.DriftService/AcknowledgeAlert",
            "operator",
            Named,
            |w| {
                encoded(&drift::AcknowledgeAlertRequest {
                    id: w.alert.clone(),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/SilenceFleet",
            "operator",
            Named,
            |w| {
                encoded(&drift::SilenceFleetRequest {
                    fleet: Some(w.fleet()),
                    ..Default::default()
                })
            },
        ),
        rpc(
            "vortex.drift.v1.DriftService/Remediate",
            "operator",
            Named,
            |w| {
                encoded(&drift::RemediateRequest {
                    fleet: Some(w.fleet()),
                    ..Default::default()
                })
            },
        ),
    ]
}
