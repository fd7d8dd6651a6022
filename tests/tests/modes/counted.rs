//! Counts and traces.

use vortex_tests::{Mesh, Mode, Options, ServiceName};

pub(super) async fn calls_are_counted_and_traced_through_every_hop(mode: Mode) {
    let mut mesh = Mesh::start(
        mode,
        &Options {
            log: Some("info,vortex_kit=debug"),
            ..Options::default()
        },
    );
    for _ in 0..3 {
        mesh.get("/api/explain/orders/default").await;
    }
    mesh.get("/api/explain/orders/default?label=nowhere").await;
    let metrics = mesh.admin(ServiceName::Config, "/metrics").await.text();
    let handled = |code: &str| {
        let labels = format!(
            "service=\"vortex.config.v1.ConfigService\",method=\"ExplainConfig\",code=\"{code}\""
        );
        let series = format!("vortex_grpc_server_handled_total{{{labels}}} ");
        let line = metrics.lines().find(|line| line.starts_with(&series));
        line.map(|line| line[series.len()..].to_owned())
    };
    assert_eq!(handled("OK").as_deref(), Some("3"), "{metrics}");
    assert_eq!(
        handled("NotFound").or(handled("NOT_FOUND")).as_deref(),
        Some("1"),
        "{metrics}"
    );
    let own = mesh.get("/metrics").await.text();
    let requests =
        r#"http_requests_total{method="GET",path="/api/explain/{app}/{profile}",status="200"} 3"#;
    assert!(own.contains(requests), "{own}");

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traced = mesh
        .request("GET", "/api/explain/orders/default")
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"))
        .header("x-request-id", "the-request");
    let answer = mesh.send(traced).await;
    assert_eq!(answer.header("x-request-id"), "the-request");
    let line = mesh
        .process_mut(ServiceName::Config)
        .wait_for("the traced call", |json| {
            (json["trace_id"] == trace && json["method"] == "ExplainConfig").then(|| json.clone())
        });
    assert_eq!(line["request_id"], "the-request", "{line}");
    mesh.stop();
}
