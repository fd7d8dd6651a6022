//! Credentials in URLs, for browsers, which can set no header where they open a stream.

use vortex_tests::{Answer, Mesh, Mode, Options, PATIENCE, ServiceName, run};

use crate::key;

pub(super) async fn a_stream_takes_a_key_from_its_url_and_nobody_repeats_it(mode: Mode) {
    let mut mesh = Mesh::start(
        mode,
        &Options {
            secure: true,
            access_log: true,
            log: Some("debug,vortex_kit=debug"),
            ..Options::default()
        },
    );
    let admin = mesh.key.clone().unwrap();
    let written = mesh.put("/api/configs/orders/prod", "a: 1\n").await;
    assert_eq!(written.status, 201, "{}", written.text());
    let (reader, _) = key(&mesh, "reader", "reader", "orders/**").await;
    let unknown = run("vortex", &["key", "generate"]).out.trim().to_owned();
    mesh.show_nothing();
    // what is not the reader's to see is refused by the service behind, which verifies it again
    assert_eq!(events(&mesh, "orders", &reader).await, 200);
    assert_eq!(events(&mesh, "payments", &reader).await, 403);
    assert_eq!(events(&mesh, "orders", &unknown).await, 401);
    let mut answers = Vec::new();
    for (url, status) in [
        (format!("/api/rollouts/none/watch?token={reader}"), 404),
        (format!("/api/rollouts/none/watch?token={unknown}"), 401),
        (format!("/api/effective/orders/prod?token={reader}"), 400),
        (format!("/orders/prod?token={reader}"), 401),
    ] {
        let answer = mesh.get(&url).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        answers.push(answer);
    }
    let protocol = format!("bearer.{reader}");
    let request = mesh.request("GET", "/api/watch/orders/prod");
    let refused = mesh.send(request.header("sec-websocket-protocol", protocol));
    assert_eq!(refused.await.status, 401, "it is no socket");
    mesh.show(&admin);
    let audit = |answer: &Answer| answer.text().contains("GET /api/watch/orders/prod");
    answers.push(mesh.get_until("/api/audit?denied=true", audit).await);
    answers.push(mesh.get("/metrics").await);
    answers.push(mesh.get("/health").await);
    for service in [ServiceName::Config, ServiceName::Rollout] {
        answers.push(mesh.admin(service, "/metrics").await);
    }
    for answer in &answers {
        is_not_in(&answer.text(), &[&reader, &unknown]);
    }
    let told = mesh.stop_and_tell();
    let is_logged = told
        .iter()
        .any(|(_, said)| said.contains("/api/watch/{app}/{profile}"));
    assert!(mode == Mode::One || is_logged, "there is an access log");
    for (_, said) in &told {
        is_not_in(said, &[&reader, &unknown]);
    }
}

/// Opens a stream as a browser would, and gives its status once it has begun.
async fn events(mesh: &Mesh, app: &str, token: &str) -> u16 {
    let url = format!("/api/watch/{app}/prod?label=main&token={token}");
    let request = mesh.request("GET", &url);
    let request = request.header("accept", "text/event-stream");
    let mut stream = request.send().await.unwrap();
    let header = |name| stream.headers().get(name).map(|value| value.as_bytes());
    assert_eq!(header("referrer-policy"), Some(&b"no-referrer"[..]));
    assert_eq!(header("cache-control"), Some(&b"no-store"[..]));
    let status = stream.status().as_u16();
    let first = tokio::time::timeout(PATIENCE, stream.chunk()).await;
    let first = first.unwrap().unwrap().unwrap();
    let is_snapshot = first.starts_with(b"event: snapshot");
    assert_eq!(is_snapshot, status == 200, "{first:?}");
    is_not_in(&String::from_utf8_lossy(&first), &[token]);
    status
}

/// Fails where a text holds a key, or the secret of one.
#[track_caller]
fn is_not_in(text: &str, keys: &[&str]) {
    for key in keys {
        let secret = key.rsplit('_').next().unwrap();
        assert!(secret.len() > 40);
        if let Some(line) = text.lines().find(|line| line.contains(secret)) {
            panic!("it stands in: {line}");
        }
    }
}
