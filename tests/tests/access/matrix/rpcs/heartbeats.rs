//! Heartbeats.

use vortex_proto::heartbeat::v1 as heartbeat;

use super::super::{expected::Where::Named, world::World};
use super::{Rpc, encoded, rpc};

pub(super) fn reports() -> Vec<Rpc> {
    vec![
        rpc(
            "vortex.heartbeat.v1.HeartbeatService/Report",
            "agent",
            Named,
            |w| {
                encoded(&heartbeat::ReportRequest {
                    heartbeat: Some(report(w)),
                })
            },
        ),
        rpc(
            "vortex.heartbeat.v1.HeartbeatService/ReportBatch",
            "agent",
            Named,
            |w| {
                encoded(&heartbeat::ReportBatchRequest {
                    heartbeats: vec![report(w)],
                })
            },
        ),
        rpc(
            "vortex.heartbeat.v1.HeartbeatService/Session",
            "agent",
            Named,
            |w| {
                let full = heartbeat::session_request::Report::Full(report(w));
                encoded(&heartbeat::SessionRequest { report: Some(full) })
            },
        ),
    ]
}

/// A report of an instance of an application.
fn report(world: &World) -> heartbeat::Heartbeat {
    heartbeat::Heartbeat {
        fleet: Some(heartbeat::Fleet {
            app: world.app.into(),
            profiles: vec!["prod".into()],
            label: String::new(),
        }),
        instance_id: "pod-1".into(),
        ..Default::default()
    }
}
