//! Watchers under a split: who changes arms hears of it, and nobody else.

use super::calls;
use crate::{
    commands::{end_split, put, set_split, staged},
    service::Service,
};
use futures::StreamExt as _;
use tonic::Request;
use vortex_config_svc::parts::Grpc;
use vortex_proto::config::v1::{
    self as pb, config_service_server::ConfigService, record::Body, watch_config_response::Event,
    watch_log_response,
};

type Stream = <Grpc as ConfigService>::WatchConfigStream;

async fn watch(grpc: &Grpc, instance: &str) -> Stream {
    let request = pb::WatchConfigRequest {
        app: "orders".to_owned(),
        instance: instance.to_owned(),
        ..Default::default()
    };
    let watched = grpc.watch_config(Request::new(request)).await;
    watched.unwrap().into_inner()
}

/// What comes until nothing changed up to `token`.
async fn until(stream: &mut Stream, token: &str) -> Vec<pb::ConfigChange> {
    let mut changes = Vec::new();
    loop {
        match stream.next().await.unwrap().unwrap().event.unwrap() {
            Event::Progress(progress) if progress.token == token => return changes,
            Event::Progress(_) | Event::Snapshot(_) => {}
            Event::Change(change) => changes.push(change),
        }
    }
}

/// The arms that an instance goes through at 50 %.
fn is_canary(split: &str, instance: &str) -> bool {
    vortex_bucket::Seed::of(split).bucket(instance).number() < 5_000
}

#[tokio::test]
async fn who_changes_arms_hears_of_it_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let grpc = calls(&service);
    service.run(put("v1", "orders.yml", "a: 1")).await.unwrap();
    // the same content: what changes is who decides
    let v2 = service
        .run(staged(put("v2", "orders.yml", "a: 1")))
        .await
        .unwrap();
    let names: Vec<String> = (0..20).map(|n| format!("pod-{n}")).collect();
    let canary = names.iter().find(|name| is_canary("r1", name)).unwrap();
    let stable = names.iter().find(|name| !is_canary("r1", name)).unwrap();
    let mut moves = watch(&grpc, canary).await;
    let mut stays = watch(&grpc, stable).await;

    let moved = service
        .run(set_split("r1", v2.change, 5_000, 1))
        .await
        .unwrap();
    let token = service.configuration.token(moved.at).to_string();
    let changes = until(&mut moves, &token).await;
    let [change] = &*changes else {
        panic!("{changes:?}")
    };
    assert_eq!((&*change.old_version, &*change.new_version), ("v1", "v2"));
    assert_eq!(change.assignments[0].arm(), pb::Arm::Canary);
    assert_eq!(until(&mut stays, &token).await, []);

    let moved = service
        .run(set_split("r1", v2.change, 5_001, 2))
        .await
        .unwrap();
    let token = service.configuration.token(moved.at).to_string();
    assert_eq!(until(&mut moves, &token).await, [], "its arm is the same");
    assert_eq!(until(&mut stays, &token).await, []);

    let ended = service.run(end_split("r1", 3, true)).await.unwrap();
    let token = service.configuration.token(ended.at).to_string();
    assert_eq!(until(&mut moves, &token).await, [], "it had that before");
    let changes = until(&mut stays, &token).await;
    let [change] = &*changes else {
        panic!("{changes:?}")
    };
    assert_eq!(
        (&*change.new_version, &*change.assignments),
        ("v2", &[][..])
    );
    drop((moves, stays, grpc));
    service.close().await;
}

#[tokio::test]
async fn the_log_tells_of_moves_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let grpc = calls(&service);
    service.run(put("v1", "orders.yml", "a: 1")).await.unwrap();
    let v2 = service
        .run(staged(put("v2", "orders.yml", "a: 2")))
        .await
        .unwrap();
    let request = pb::WatchLogRequest {
        after: service.configuration.token(v2.at).to_string(),
        label: "main".to_owned(),
        ..Default::default()
    };
    let mut log = grpc
        .watch_log(Request::new(request))
        .await
        .unwrap()
        .into_inner();
    service
        .run(set_split("r1", v2.change, 2_500, 1))
        .await
        .unwrap();
    service.run(end_split("r1", 2, true)).await.unwrap();
    let mut bodies = Vec::new();
    while bodies.len() < 2 {
        let event = log.next().await.unwrap().unwrap().event;
        if let Some(watch_log_response::Event::Record(record)) = event {
            bodies.extend(record.body);
        }
    }
    let [Body::SplitMoved(moved), Body::SplitEnded(ended)] = &*bodies else {
        panic!("{bodies:?}")
    };
    assert_eq!(
        (&*moved.id, &*moved.change, moved.percentage),
        ("r1", "v2", 25.0)
    );
    assert_eq!(
        (ended.state(), ended.generation),
        (pb::SplitState::Released, 2)
    );
    assert_eq!(ended.paths, ["orders.yml"]);
    drop((log, grpc));
    service.close().await;
}
