//! What the gateway says of itself.

use std::net::SocketAddr;

use vortex_gateway::Gateway;
use vortex_kit::{clock::System, process::Runtime};
use vortex_service::PerService;

use crate::{
    client,
    mesh::{nowhere, settings, start, start_without_rollouts},
};

#[tokio::test]
async fn requests_are_counted_and_timed_by_route_and_never_by_what_was_asked() {
    let mesh = start().await;
    mesh.service.reply(
        "get_environment",
        vortex_proto::config::v1::GetEnvironmentResponse::default(),
    );
    mesh.get("/secret-app/dev").await;
    mesh.get("/secret-app-dev.yml").await;
    mesh.get("/api/changes/secret-name").await;
    mesh.get("/secret").await;
    mesh.send("SECRET /api/changes", &[], "").await;
    let metrics = mesh.get("/metrics").await;
    let text = metrics.text();
    for line in [
        r#"http_requests_total{method="GET",path="/{app}/{profiles}",status="200"} 1"#,
        r#"http_requests_total{method="GET",path="/{app}-{profiles}.yml",status="200"} 1"#,
        r#"http_requests_total{method="GET",path="/api/changes/{name}",status="500"} 1"#,
        r#"http_requests_total{method="GET",path="unmatched",status="404"} 1"#,
        r#"http_requests_total{method="other",path="#,
        r#"http_request_duration_seconds_count{method="GET",path="/{app}/{profiles}"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(!text.to_lowercase().contains("secret"), "{text}");
}

#[tokio::test]
async fn a_request_id_is_taken_or_made_and_a_trace_goes_on() {
    let mesh = start().await;
    let taken = mesh
        .send("GET /nothing", &["X-Request-Id: order-17"], "")
        .await;
    assert_eq!(taken.problem(404, "NOT_FOUND")["request_id"], "order-17");
    let bad = mesh
        .send("GET /nothing", &["X-Request-Id: two words"], "")
        .await;
    assert_eq!(bad.header("x-request-id").len(), 32);
}

#[tokio::test]
async fn readiness_follows_the_process() {
    let mesh = start().await;
    assert_eq!(mesh.get("/health/ready").await.status, 200);
    assert_eq!(mesh.get("/health/live").await.status, 200);
    assert_eq!(mesh.get("/health").await.json()["service"], "gateway");
    mesh.runtime.health.set_draining();
    assert_eq!(mesh.get("/health/ready").await.status, 503);
}

#[tokio::test]
async fn a_config_svc_that_answers_is_within_reach() {
    let mesh = start().await;
    mesh.service.reply(
        "list_sources",
        vortex_proto::config::v1::ListSourcesResponse::default(),
    );
    loop {
        let health = mesh.get("/health").await.json();
        if health["checks"]["config-svc"]["reachable"] == true {
            assert!(health["degradations"].get("config-svc").is_none());
            let check = &health["checks"]["config-svc"];
            let times = ["since", "last_asked"].map(|name| {
                let time = check[name].as_str().map(str::parse::<jiff::Timestamp>);
                time.unwrap().unwrap()
            });
            assert!(times[0] <= times[1]);
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn neighbours_that_are_away_are_named_degradations_and_503s() {
    let runtime = Runtime::new("gateway", "0.0.0", System::shared());
    let channels = PerService::from_fn(|_| nowhere(&runtime));
    let gateway = Gateway::start(settings(), channels, &runtime).unwrap();
    runtime.health.set_ready();
    for path in [
        "/orders/dev",
        "/api/splits",
        "/api/rollouts",
        "/api/breaker",
        "/api/drift",
        "/api/drift/orders/dev",
        "/api/instances",
    ] {
        let answer = client::get(gateway.address(), path).await;
        answer.problem(503, "UNAVAILABLE");
    }
    let beat = br#"{"app":"orders","instance_id":"i-1"}"#;
    let json = ["Content-Type: application/json"];
    let answer = client::request(gateway.address(), "POST /heartbeat", &json, beat).await;
    answer.problem(503, "UNAVAILABLE");
    for name in ["config-svc", "rollout-svc", "drift-svc", "heartbeat-ingest"] {
        degraded(gateway.address(), name).await;
    }
    assert_eq!(
        client::get(gateway.address(), "/health/ready").await.status,
        200
    );
}

#[tokio::test]
async fn while_rollout_svc_is_away_reads_go_on() {
    let mesh = start_without_rollouts().await;
    let configuration = vortex_proto::config::v1::GetConfigResponse {
        config: "{}".into(),
        ..Default::default()
    };
    mesh.service.reply("get_config", configuration);
    degraded(mesh.address, "rollout-svc").await;
    mesh.get("/api/rollouts/r-1")
        .await
        .problem(503, "UNAVAILABLE");
    mesh.get("/api/rollouts/r-1/watch")
        .await
        .problem(503, "UNAVAILABLE");
    assert_eq!(mesh.get("/api/effective/orders/dev").await.status, 200);
    assert_eq!(mesh.get("/health/ready").await.status, 200);
}

/// Waits until a neighbour is reported to be away.
async fn degraded(address: SocketAddr, name: &str) {
    loop {
        let health = client::get(address, "/health").await.json();
        if health["degradations"][name].is_string() {
            assert_eq!(health["checks"][name]["reachable"], false);
            break;
        }
        tokio::task::yield_now().await;
    }
}
