//! Where a request may show who makes it.

use std::sync::Arc;

use vortex_access::{ApiKey, Grant, StoredKey};
use vortex_kit::{
    access::{HeldKeys, Role},
    clock::System,
    process::Runtime,
    settings::AccessSettings,
};

use crate::{
    client::Answer,
    mesh::Mesh,
    watch::{mesh_on, open, until},
};

/// A gateway that knows two keys, and what they are.
struct Guarded {
    mesh: Mesh,
    keys: [String; 2],
}

impl Guarded {
    async fn start() -> Self {
        let access = AccessSettings {
            require_keys: true,
            ..AccessSettings::default()
        };
        let runtime = Runtime::guarded("gateway", "0.0.0", System::shared(), access);
        let held = Arc::<HeldKeys>::default();
        held.replace([], runtime.clock.monotonic());
        let keys = [1, 2].map(|number| issue(number, &held, &runtime));
        runtime.gate.know(held);
        Self {
            mesh: mesh_on(runtime).await,
            keys,
        }
    }

    async fn get(&self, url: &str, headers: &[&str]) -> Answer {
        self.mesh.send(&format!("GET {url}"), headers, "").await
    }
}

fn issue(number: u8, held: &HeldKeys, runtime: &Runtime) -> String {
    let key = ApiKey::from_random([number; 10], [number; 32]);
    let name = format!("key-{number}").parse().unwrap();
    let grants = vec![Grant::parse(Role::Reader, ["**"]).unwrap()];
    let stored = StoredKey::issue(&key, name, grants, runtime.clock.now(), None);
    held.put(stored.unwrap());
    key.expose().to_owned()
}

#[tokio::test]
async fn a_stream_takes_a_credential_from_its_url_and_keeps_it_to_itself() {
    let guarded = Guarded::start().await;
    let [key, _] = &guarded.keys;
    let query = format!("?label=main&token={key}");
    let mut stream = open(&guarded.mesh, &query, "").await;
    let text = until(&mut stream, "event: snapshot").await;
    assert!(text.contains("referrer-policy: no-referrer\r\n"), "{text}");
    assert!(text.contains("cache-control: no-store\r\n"), "{text}");
    assert!(!text.contains(key), "{text}");
    // let in: there is no such rollout
    let url = format!("/api/rollouts/none/watch?token={key}");
    let answer = guarded.get(&url, &[]).await;
    assert_ne!(answer.status, 401, "{}", answer.text());
    assert!(!answer.text().contains(key), "{}", answer.text());
}

#[tokio::test]
async fn one_that_is_not_valid_is_refused_and_not_repeated() {
    let guarded = Guarded::start().await;
    let [key, _] = &guarded.keys;
    let typo = key.replacen("vx_0", "vx_1", 1);
    let unknown = ApiKey::from_random([9; 10], [9; 32]).expose().to_owned();
    for token in [&*typo, &unknown, "secret%zz", "a.b.c", ""] {
        let url = format!("/api/watch/orders/dev?token={token}");
        let answer = guarded.get(&url, &[]).await;
        answer.problem(401, "UNAUTHENTICATED");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        let told = answer.text();
        assert!(token.len() < 6 || !told.contains(token), "{told}");
        assert!(!told.contains("secret"), "{told}");
    }
    let header = format!("X-API-Key: {key}");
    let metrics = guarded.get("/metrics", &[&header]).await;
    assert_eq!(metrics.status, 200);
    assert!(!metrics.text().contains(key.as_str()));
    assert!(!metrics.text().contains("token="));
}

#[tokio::test]
async fn two_that_differ_are_nobodys() {
    let guarded = Guarded::start().await;
    let [key, other] = &guarded.keys;
    let header = format!("X-API-Key: {key}");
    for query in [
        format!("?token={other}"),
        format!("?token={key}&token={other}"),
    ] {
        let url = format!("/api/watch/orders/dev{query}");
        let answer = guarded.get(&url, &[&header]).await;
        let problem = answer.problem(401, "UNAUTHENTICATED");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains("the parameter `token`"), "{told}");
    }
    let query = format!("?token={key}&token={key}");
    let mut stream = open(&guarded.mesh, &query, &format!("{header}\r\n")).await;
    until(&mut stream, "event: snapshot").await;
}

#[tokio::test]
async fn on_no_other_route_it_is_a_parameter() {
    let guarded = Guarded::start().await;
    let [key, _] = &guarded.keys;
    let header = format!("Authorization: Bearer {key}");
    for path in [
        "/api/effective/orders/dev",
        "/api/configs",
        "/api/rollouts",
        "/api/rollouts/one",
        "/api/sources",
        "/api/freezes",
    ] {
        let url = format!("{path}?token={key}");
        for headers in [&[][..], &[header.as_str()]] {
            let answer = guarded.get(&url, headers).await;
            let problem = answer.problem(400, "INVALID_ARGUMENT");
            assert_eq!(problem["errors"][0]["field"], "token", "{path}");
            assert!(!answer.text().contains(key.as_str()), "{path}");
        }
    }
}
