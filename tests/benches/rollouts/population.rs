//! Rollouts under way, each of a document of its own.

use std::{net::SocketAddr, time::Duration};

use tokio::time::{Instant, sleep_until};
use tonic::transport::{Channel, Endpoint};
use vortex_proto::{
    config::v1::{
        ApplyChangeRequest, DocumentWrite, config_service_client::ConfigServiceClient,
        document_write::Change,
    },
    rollout::v1::{
        Analysis, CreateRolloutRequest, DocumentTarget, Stage, Strategy,
        create_rollout_request::Target, rollout_service_client::RolloutServiceClient,
    },
};
use vortex_tests::{Mesh, ServiceName};

use crate::workers::share;

/// Documents written and rollouts created at once.
const AT_ONCE: usize = 64;
/// One in so many goes on with each slice.
const MOVING: usize = 10;
/// Stages of those that go on: more than slices close while it is measured.
const STAGES: u32 = 20;
/// How long the stage of those lasts that stay.
const STAY: i64 = 24 * 3_600;

pub(crate) struct Population {
    pub(crate) ids: Vec<String>,
}

impl Population {
    pub(crate) async fn create(mesh: &Mesh, count: usize, interval: usize) -> Self {
        let config =
            ConfigServiceClient::new(channel(mesh.services[ServiceName::Config].grpc).await);
        let rollout =
            RolloutServiceClient::new(channel(mesh.services[ServiceName::Rollout].grpc).await);
        let began = Instant::now();
        let spread = Duration::from_secs(interval as u64);
        let created = share(count, AT_ONCE, |_, tickets| {
            let (mut config, mut rollout) = (config.clone(), rollout.clone());
            async move {
                let mut created = Vec::new();
                while let Some(number) = tickets.next() {
                    sleep_until(began + spread.mul_f64(number as f64 / count as f64)).await;
                    for (version, staged) in [("v1", false), ("v2", true)] {
                        let change = change(number, version, staged);
                        config.apply_change(change).await.expect("a version");
                    }
                    let reply = rollout.create_rollout(draft(number, interval)).await;
                    let reply = reply.expect("a rollout").into_inner();
                    created.push(reply.rollout.expect("a rollout").id);
                }
                created
            }
        })
        .await;
        Self {
            ids: created.into_iter().flatten().collect(),
        }
    }
}

pub(crate) async fn channel(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
    endpoint
        .tcp_nodelay(true)
        .connect()
        .await
        .expect("it serves")
}

fn app(number: usize) -> String {
    format!("service-{number:05}")
}

fn change(number: usize, version: &str, staged: bool) -> ApplyChangeRequest {
    let content = format!("server:\n  port: 8080\nnumber: {number}\nversion: {version}\n");
    ApplyChangeRequest {
        version: version.to_owned(),
        stage_only: staged,
        documents: vec![DocumentWrite {
            path: format!("{}.yml", app(number)),
            change: Some(Change::Content(content.into())),
            ..DocumentWrite::default()
        }],
        ..ApplyChangeRequest::default()
    }
}

fn draft(number: usize, interval: usize) -> CreateRolloutRequest {
    CreateRolloutRequest {
        target: Some(Target::Document(DocumentTarget {
            app: app(number),
            from_version: "v1".to_owned(),
            to_version: "v2".to_owned(),
            ..DocumentTarget::default()
        })),
        strategy: Strategy::Custom.into(),
        stages: if number.is_multiple_of(MOVING) {
            moving()
        } else {
            staying()
        },
        analysis: Some(Analysis {
            interval: Some(seconds(interval as i64)),
            ..Analysis::default()
        }),
        apps: vec![app(number)],
        start: true,
        ..CreateRolloutRequest::default()
    }
}

fn moving() -> Vec<Stage> {
    let share = |stage| f64::from(stage) * 100.0 / f64::from(STAGES);
    let stages = 1..=STAGES;
    stages.map(|number| stage(share(number), 0)).collect()
}

fn staying() -> Vec<Stage> {
    vec![stage(10.0, STAY), stage(100.0, 0)]
}

fn stage(percentage: f64, least: i64) -> Stage {
    Stage {
        percentage,
        min_duration: Some(seconds(least)),
        ..Stage::default()
    }
}

fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}
