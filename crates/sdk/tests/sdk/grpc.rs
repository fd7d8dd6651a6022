//! gRPC with the services themselves.

use std::time::Duration;

use serde_json::Value;
use vortex_sdk::{Arm, Client, Error};
use vortex_tests::{Mesh, Mode, Options, ServiceName};

use crate::{
    gateway::{Protocol, Settings, builder, mesh, put, soon},
    tls,
};

fn at(mesh: &Mesh, service: ServiceName) -> String {
    format!("grpc://{}", mesh.services[service].grpc)
}

fn refused(error: Error) -> (u16, String) {
    let Error::Refused(problem) = error else {
        panic!("{error:?}");
    };
    (problem.status, problem.code.unwrap_or_default())
}

#[tokio::test]
async fn a_watch_goes_on_after_config_svc_was_started_again() {
    let mut mesh = Mesh::start(Mode::Many, &Options::default());
    put(&mesh, "v1", "workers: 4").await;
    let client = Protocol::Grpc.client(&mesh).build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    let mut watch = client.watch::<Settings>();
    let (next, ()) = tokio::join!(soon(watch.next()), put(&mesh, "v2", "workers: 5"));
    next.unwrap().accept();
    mesh.kill(ServiceName::Config);
    let error = client.fetch::<Settings>().await.unwrap_err();
    assert!(error.is_away(), "{error:?}");
    mesh.start_again(ServiceName::Config);
    let read = "/api/effective/orders/prod";
    mesh.get_until(read, |answer| answer.status == 200).await;
    put(&mesh, "v3", "workers: 6").await;
    let update = soon(watch.next()).await.unwrap();
    assert_eq!(update.accept().workers, 6);
}

#[tokio::test]
async fn a_report_says_what_runs_and_is_told_what_should() {
    let options = Options {
        quick: true,
        ..Options::default()
    };
    let mesh = Mesh::start(Mode::Many, &options);
    put(&mesh, "v1", "workers: 4").await;
    let client = Protocol::Grpc.client(&mesh).app_version("1.2.3");
    let client = client.build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    client.record_request(Duration::from_millis(5), true);
    client.start_heartbeats().unwrap();
    // what should run is known once ingest follows the application
    let expected = soon(async {
        loop {
            let expected = client.report_now().await.unwrap();
            if !expected.version.is_empty() {
                return expected;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let expected = expected.await;
    assert_eq!((expected.version.as_str(), expected.drift), ("v1", false));
    let listed = "/api/instances/orders/prod";
    let shown = mesh.get_until(listed, |answer| {
        let instances = answer.json()["instances"].clone();
        instances[0]["instance_id"] == "orders-1" && instances[0]["version"] == "v1"
    });
    let shown = shown.await.json();
    assert_eq!(
        shown["instances"][0]["metadata"]["app_version"], "1.2.3",
        "{shown}"
    );
    client.stop().await.unwrap();
    let empty = |answer: &vortex_tests::Answer| answer.json()["instances"] == Value::Array(vec![]);
    mesh.get_until(listed, empty).await;
}

/// What is measured arrives by arm: the rollout's analysis counts it.
#[tokio::test]
async fn requests_count_for_the_arm_that_served_them() {
    let options = Options {
        quick: true,
        ..Options::default()
    };
    let mesh = Mesh::start(Mode::One, &options);
    put(&mesh, "v1", "workers: 4").await;
    let client = Protocol::Grpc.client(&mesh).build().unwrap();
    client.fetch::<Settings>().await.unwrap();
    let staged = mesh.put(
        "/api/configs/orders/prod?version=v2&stage_only=true",
        "workers: 5",
    );
    assert!(staged.await.status < 300);
    let body = serde_json::json!({
        "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
        "stages": [{"percentage": 1, "min_duration": "1h"}, {"percentage": 100}],
        "include": ["orders-1"], "start": true,
    });
    let rollout = mesh.post("/api/rollouts", &body).await;
    assert_eq!(rollout.status, 201, "{}", rollout.text());
    let id = rollout.json()["id"].as_str().unwrap().to_owned();
    let config = client.fetch::<Settings>().await.unwrap();
    assert_eq!(config.assignments()[0].arm, Arm::Canary);
    for _ in 0..7 {
        client.record_request(Duration::ZERO, true);
    }
    client.report_now().await.unwrap();
    let analysis = format!("/api/rollouts/{id}/analysis");
    let counted = mesh.get_until(&analysis, |answer| answer.text().contains("\"requests\":7"));
    counted.await;
}

#[tokio::test]
async fn a_service_that_takes_no_heartbeats_is_named() {
    let mesh = mesh();
    let client = builder(&at(&mesh, ServiceName::Config)).build().unwrap();
    let error = client.report_now().await.unwrap_err();
    assert!(error.to_string().contains("heartbeat_url"), "{error}");
    assert_eq!(refused(error).0, 501);
}

#[tokio::test]
async fn what_an_instance_may_not_have_is_refused_by_its_reason() {
    let mesh = mesh();
    let unlabelled = Protocol::Grpc.client(&mesh).label("nowhere");
    let unlabelled = unlabelled.build().unwrap();
    let error = unlabelled.fetch::<Value>().await.unwrap_err();
    assert_eq!(refused(error), (404, "LABEL_NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_was_sent_nothing() {
    let client = builder("grpc://127.0.0.1:1").build().unwrap();
    let error = client.fetch::<Value>().await.unwrap_err();
    let Error::Unreachable { sent, cause, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(!sent && cause.contains("refused"), "{error}");
    assert!(error.is_away());
}

#[tokio::test]
async fn a_certificate_is_held_to_its_authority() {
    let mesh = mesh();
    put(&mesh, "v1", "workers: 4").await;
    let folder = tempfile::tempdir().unwrap();
    let (ca, other) = (
        folder.path().join("ca.pem"),
        folder.path().join("other.pem"),
    );
    let config = mesh.services[ServiceName::Config].grpc;
    let url = tls::in_front_of(config, &ca).await;
    tls::in_front_of(config, &other).await;
    let url = url.replace("https", "grpcs");
    let trusting = |ca| Client::builder(&url, "orders").profile("prod").ca(ca);
    let client = trusting(ca).build().unwrap();
    assert_eq!(client.fetch::<Settings>().await.unwrap().workers, 4);
    let mut watch = trusting(folder.path().join("ca.pem"))
        .build()
        .unwrap()
        .watch::<Settings>();
    assert!(soon(watch.next()).await.is_some());
    let stranger = trusting(other).build().unwrap();
    let error = stranger.fetch::<Value>().await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}

#[test]
fn a_program_without_a_runtime_reads_follows_and_reports() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mesh = mesh();
    runtime.block_on(put(&mesh, "v1", "workers: 4"));
    let client = Protocol::Grpc.client(&mesh).build_blocking().unwrap();
    assert_eq!(client.fetch::<Settings>().unwrap().workers, 4);
    let mut watch = client.watch::<Settings>();
    runtime.block_on(put(&mesh, "v2", "workers: 5"));
    assert_eq!(watch.next().unwrap().accept().workers, 5);
    client.report_now().unwrap();
    client.stop().unwrap();
    assert!(watch.next().is_none());
}
