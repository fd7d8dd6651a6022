//! What a browser may do here for the pages it shows.

use std::net::SocketAddr;

use vortex_gateway::Settings;
use vortex_kit::error::{Fault, Reason};

use crate::{
    client::{self, Answer},
    mesh::{Mesh, Way, settings, start, start_with},
};

/// A gateway whose change sets are all absent.
async fn mesh() -> Mesh {
    let mesh = start().await;
    for method in ["get_change", "release_change"] {
        let fault = Fault::new(Reason::ChangeNotFound, "there is none");
        mesh.service.fail(method, fault);
    }
    mesh
}

/// What a write that comes with these headers is answered.
async fn write(mesh: &Mesh, headers: &[&str]) -> Answer {
    mesh.send("POST /api/changes/v1/release", headers, "").await
}

#[tokio::test]
async fn a_page_of_another_origin_may_read_and_not_write() {
    let mesh = mesh().await;
    for site in ["cross-site", "same-site", "from the future"] {
        let site = format!("Sec-Fetch-Site: {site}");
        write(&mesh, &[&site])
            .await
            .problem(403, "PERMISSION_DENIED");
        mesh.send("GET /api/changes/v1", &[&site], "")
            .await
            .problem(404, "CHANGE_NOT_FOUND");
    }
    assert_eq!(mesh.service.calls("release_change"), 0);
}

#[tokio::test]
async fn a_browser_that_tells_no_site_tells_its_pages_origin() {
    let mesh = mesh().await;
    for origin in [
        "http://localhost:3000",
        "http://evil.example",
        "http://a.localhost",
        "null",
    ] {
        let origin = format!("Origin: {origin}");
        let problem = write(&mesh, &[&origin])
            .await
            .problem(403, "PERMISSION_DENIED");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&origin), "{detail}");
    }
    assert_eq!(mesh.service.calls("release_change"), 0);
}

#[tokio::test]
async fn the_gateways_own_pages_and_what_is_no_browser_may_write() {
    let mesh = mesh().await;
    for headers in [
        &[][..],
        &["Origin: http://localhost"],
        &["Sec-Fetch-Site: same-origin"],
        &["Sec-Fetch-Site: none"],
        // a proxy rewrote the host; the browser has compared the true one
        &["Sec-Fetch-Site: same-origin", "Origin: https://example.com"],
    ] {
        write(&mesh, headers).await.problem(404, "CHANGE_NOT_FOUND");
    }
}

/// What a request for `path` under this name is answered.
async fn named(mesh: &Mesh, path: &str, host: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    client::send(mesh.address, request.as_bytes())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_name_pointed_at_loopback_reads_nothing() {
    let mesh = mesh().await;
    for path in ["/orders/dev", "/api/changes/v1", "/health", "/metrics"] {
        let answer = named(&mesh, path, "Host: evil.example:8080\r\n").await;
        let problem = answer.problem(403, "PERMISSION_DENIED");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("evil.example:8080"), "{detail}");
    }
    let absolute = named(
        &mesh,
        "http://evil.example/orders/dev",
        "Host: localhost\r\n",
    )
    .await;
    absolute.problem(403, "PERMISSION_DENIED");
    assert_eq!(mesh.service.calls("get_environment"), 0);
}

#[tokio::test]
async fn loopbacks_own_names_are_answered() {
    let mesh = mesh().await;
    for host in [
        "localhost:8080",
        "vortex.localhost",
        "127.0.0.1:8080",
        "[::1]:8080",
    ] {
        let host = format!("Host: {host}\r\n");
        assert_eq!(named(&mesh, "/health/live", &host).await.status, 200);
    }
}

#[tokio::test]
async fn a_gateway_that_others_reach_is_known_by_any_name() {
    let settings = Settings {
        http: SocketAddr::from(([0, 0, 0, 0], 0)).into(),
        ..settings()
    };
    let mesh = start_with(settings, Way::InProcess).await;
    let host = "Host: vortex-gateway.config.svc.cluster.local:8080\r\n";
    assert_eq!(named(&mesh, "/health/live", host).await.status, 200);
}
