//! Sinks of notifications are told of what happens to rollouts.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap};
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use vortex_proto::rollout::v1 as pb;
use vortex_rollout_svc::Settings;

use crate::mesh::{Mesh, by_hand};

/// A receiver of webhooks, with the file that names it.
struct Receiver {
    folder: TempDir,
    address: SocketAddr,
    got: Got,
}

/// The events that came.
#[derive(Clone, Default)]
struct Got(Arc<Mutex<Vec<Value>>>);

impl Receiver {
    /// One that nobody listens for yet.
    async fn away() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let sinks = format!("sinks:\n- {{name: pager, url: 'http://{address}/'}}\n");
        std::fs::write(folder.path().join("notify.yaml"), sinks).unwrap();
        Self {
            folder,
            address,
            got: Got::default(),
        }
    }

    async fn listen(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let router = Router::new().fallback(take).with_state(self.got.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    }

    fn tell(&self, settings: &mut Settings) {
        let file = self.folder.path().join("notify.yaml");
        settings.notify.notify = Some(file.to_str().unwrap().parse().unwrap());
    }

    fn got(&self) -> Vec<Value> {
        self.got.0.lock().unwrap().clone()
    }

    /// What happened to a rollout, as it was told.
    fn kinds(&self, id: &str) -> Vec<String> {
        let mut of_it = self.got();
        of_it.retain(|event| event["subject"] == id);
        // sent again where a restart came before the note that it was sent
        of_it.dedup();
        let kinds = of_it.iter().map(|event| event["kind"].as_str().unwrap());
        kinds.map(str::to_owned).collect()
    }
}

async fn take(State(got): State<Got>, headers: HeaderMap, body: Bytes) {
    let event: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(headers["x-vortex-delivery"], event["id"].as_str().unwrap());
    got.0.lock().unwrap().push(event);
}

async fn pause(mesh: &Mesh, id: &str) {
    let pause = pb::PauseRolloutRequest {
        id: id.to_owned(),
        reason: "let us\nsee".to_owned(),
        ..Default::default()
    };
    mesh.rollouts.clone().pause_rollout(pause).await.unwrap();
}

async fn complete(mesh: &Mesh, id: &str) {
    let complete = pb::CompleteRolloutRequest {
        id: id.to_owned(),
        ..Default::default()
    };
    mesh.rollouts
        .clone()
        .complete_rollout(complete)
        .await
        .unwrap();
}

#[tokio::test]
async fn whoever_is_away_at_first_is_told_of_all_transitions_in_order() {
    let receiver = Receiver::away().await;
    let mesh = Mesh::over(0, 0, |settings| receiver.tell(settings)).await;
    mesh.stage("orders").await;
    mesh.stage("billing").await;
    let orders = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&orders).await;
    pause(&mesh, &orders).await;
    let mesh = mesh.restart().await;
    let billing = mesh.create(by_hand("billing")).await.id;
    mesh.confirmed(&billing).await;
    receiver.listen().await;
    complete(&mesh, &orders).await;
    mesh.until(async || {
        receiver
            .kinds(&orders)
            .last()
            .is_some_and(|last| last == "rollout.completed")
    })
    .await;
    assert_eq!(
        receiver.kinds(&orders),
        ["created", "started", "paused", "releasing", "completed"]
            .map(|kind| format!("rollout.{kind}"))
    );
    assert_eq!(
        receiver.kinds(&billing),
        ["created", "started"].map(|kind| format!("rollout.{kind}"))
    );
    let got = receiver.got();
    let paused = got.iter().find(|event| event["kind"] == "rollout.paused");
    let paused = paused.unwrap();
    assert_eq!(
        paused["text"],
        format!(
            "anonymous paused v2 at stage 1 of 2 (orders.yml on main, rollout {orders}): let us see"
        )
    );
    assert_eq!(paused["id"], format!("rollout/{orders}/3"));
    assert_eq!(paused["label"], "main");
    assert_eq!(paused["data"]["action"], "pause");
    assert_eq!(paused["data"]["paths"], serde_json::json!(["orders.yml"]));
    mesh.stop().await;
}

#[tokio::test]
async fn what_is_removed_before_a_sink_has_had_it_is_counted_as_lost() {
    let receiver = Receiver::away().await;
    let mesh = Mesh::over(0, 0, |settings| {
        receiver.tell(settings);
        settings.keep_count = 0;
    })
    .await;
    mesh.stage("orders").await;
    let orders = mesh.create(by_hand("orders")).await.id;
    mesh.confirmed(&orders).await;
    complete(&mesh, &orders).await;
    mesh.confirmed(&orders).await;
    // what has ended is removed at each start
    let mesh = mesh.restart().await;
    let lost = "vortex_webhook_deliveries_total{sink=\"pager\",result=\"lost\"} 4";
    mesh.until(async || mesh.metrics().contains(lost)).await;
    let billing = {
        mesh.stage("billing").await;
        mesh.create(by_hand("billing")).await.id
    };
    receiver.listen().await;
    mesh.until(async || receiver.kinds(&billing).len() == 2)
        .await;
    mesh.stop().await;
}
