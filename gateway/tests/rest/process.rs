//! What the gateway says of itself.

use std::net::SocketAddr;

use vortex_gateway::Gateway;
use vortex_kit::{clock::System, process::Runtime};

use crate::{
    client,
    mesh::{remote, settings, start},
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
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_config_svc_that_is_away_is_a_named_degradation_and_a_503() {
    let runtime = Runtime::new("gateway", "0.0.0", System::shared());
    // a port that was free a moment ago and that nothing listens on
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let channel = remote(SocketAddr::from(([127, 0, 0, 1], free.port())), &runtime);
    let gateway = Gateway::start(settings(), channel, &runtime).unwrap();
    runtime.health.set_ready();
    let answer = client::get(gateway.address(), "/orders/dev").await;
    answer.problem(503, "UNAVAILABLE");
    loop {
        let health = client::get(gateway.address(), "/health").await.json();
        if health["degradations"]["config-svc"].is_string() {
            assert_eq!(health["checks"]["config-svc"]["reachable"], false);
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(
        client::get(gateway.address(), "/health/ready").await.status,
        200
    );
}
