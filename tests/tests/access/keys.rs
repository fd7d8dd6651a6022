//! What keys open, and for how long.

use std::time::Duration;

use serde_json::json;
use vortex_tests::{Mode, PATIENCE};

use crate::{key, secure};

pub(super) async fn a_key_opens_what_it_is_for(mode: Mode) {
    let mut mesh = secure(mode);
    for app in ["orders", "payments"] {
        let written = mesh
            .put(&format!("/api/configs/{app}/prod"), "a: 1\n")
            .await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
    let admin = mesh.key.clone().unwrap();
    let (reader, _) = key(&mesh, "reader", "reader", "orders/**").await;
    let (writer, _) = key(&mesh, "writer", "writer", "orders/**").await;
    mesh.show(&reader);
    assert_eq!(mesh.get("/orders/prod").await.status, 200);
    assert_eq!(mesh.get("/payments/prod").await.status, 403);
    let refused = mesh.put("/api/configs/orders/prod", "a: 2\n").await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.text().contains("`writer`"), "{}", refused.text());
    mesh.show(&writer);
    let written = mesh.put("/api/configs/orders/prod", "a: 2\n").await;
    assert_eq!(written.status, 201, "{}", written.text());
    let change = mesh.get("/api/changes?app=orders").await.json();
    assert_eq!(change["changes"][0]["principal"], "key:writer", "{change}");
    assert_eq!(
        mesh.put("/api/configs/payments/prod", "a: 2\n")
            .await
            .status,
        403
    );
    // two credentials that differ are nobody's
    let both = mesh.request("GET", "/orders/prod").bearer_auth(&admin);
    assert_eq!(mesh.send(both).await.status, 401);
    mesh.stop();
}

pub(super) async fn a_revoked_key_is_dead_and_ends_what_it_watches(mode: Mode) {
    let mut mesh = secure(mode);
    let written = mesh.put("/api/configs/orders/prod", "a: 1\n").await;
    assert_eq!(written.status, 201, "{}", written.text());
    let (reader, id) = key(&mesh, "reader", "reader", "orders/**").await;
    let admin = mesh.key.clone().unwrap();
    mesh.show(&reader);
    let watch = mesh.request("GET", "/api/watch/orders/prod");
    let mut watch = watch.send().await.unwrap();
    assert_eq!(watch.status(), 200);
    let first = watch.chunk().await.unwrap();
    assert!(first.is_some_and(|bytes| !bytes.is_empty()));
    mesh.show(&admin);
    let revoked = mesh
        .post(&format!("/api/keys/{id}/revoke"), &json!({}))
        .await;
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    let ended = async {
        let mut said = String::new();
        // it may end by a reset, which is an end, too
        while let Ok(Some(bytes)) = watch.chunk().await {
            said.push_str(&String::from_utf8_lossy(&bytes));
        }
        said
    };
    let said = tokio::time::timeout(PATIENCE, ended).await.unwrap();
    assert!(said.contains("UNAUTHENTICATED"), "{said}");
    // the gateway that ended it knows
    mesh.show(&reader);
    let refused = mesh.get("/orders/prod").await;
    assert_eq!(refused.status, 401, "{}", refused.text());
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    mesh.stop();
}

pub(super) async fn health_is_open_and_metrics_are_not(mode: Mode) {
    let mesh = secure(mode);
    let admin = mesh.key.clone().unwrap();
    let places = mesh.services.iter().map(|(_, place)| place.admin);
    let anybody = reqwest::Client::builder().no_proxy().build().unwrap();
    for address in places.chain([mesh.http]) {
        let ask = async |path: &str, key: Option<&str>| {
            let request = anybody.get(format!("http://{address}{path}"));
            let request = match key {
                Some(key) => request.basic_auth("prometheus", Some(key)),
                None => request,
            };
            let answer = request.timeout(Duration::from_secs(10)).send().await;
            answer.unwrap().status().as_u16()
        };
        for open in ["/health", "/health/live", "/health/ready"] {
            assert_eq!(ask(open, None).await, 200, "{address}{open}");
        }
        assert_eq!(ask("/metrics", None).await, 401, "{address}");
        assert_eq!(ask("/metrics", Some("vx_")).await, 401, "{address}");
        assert_eq!(ask("/metrics", Some(&admin)).await, 200, "{address}");
    }
    mesh.stop();
}
