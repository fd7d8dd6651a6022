//! Who did what, and who was refused what.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mode, run};

use crate::{key, secure};

/// The entries of an answer.
fn entries(answer: &Answer) -> Vec<Value> {
    let list = answer.json();
    list["entries"].as_array().cloned().unwrap_or_default()
}

pub(super) async fn deeds_and_refusals_are_told(mode: Mode) {
    let mut mesh = secure(mode);
    let admin = mesh.key.clone().unwrap();
    let (writer, writer_id) = key(&mesh, "writer", "writer", "orders/**").await;
    mesh.show(&writer);
    let written = mesh.put("/api/configs/orders/prod", "a: 1\n").await;
    assert_eq!(written.status, 201, "{}", written.text());
    for _ in 0..3 {
        let refused = mesh.put("/api/configs/payments/prod", "a: 1\n").await;
        assert_eq!(refused.status, 403, "{}", refused.text());
    }
    // judged by rollout-svc
    let plan = json!({"app": "orders", "from_version": "v1", "to_version": "v2"});
    assert_eq!(mesh.post("/api/rollouts", &plan).await.status, 403);
    // refused at the gateway's door
    let unknown = run("vortex", &["key", "generate"]).out;
    mesh.show(unknown.trim());
    assert_eq!(mesh.get("/orders/prod?label=secret").await.status, 401);
    // what an admin of one application may see
    mesh.show(&admin);
    let (of_payments, _) = key(&mesh, "payments", "admin", "payments/**").await;
    let all = mesh
        .get_until("/api/audit", |answer| {
            let denied = |entry: &Value| !entry["denied"].is_null();
            entries(answer).iter().filter(|entry| denied(entry)).count() >= 3
        })
        .await;
    let all = entries(&all);
    let denied = |call: &str| {
        let entry = all
            .iter()
            .find(|entry| entry["denied"]["call"] == call)
            .unwrap_or_else(|| panic!("{call}: {all:?}"));
        (entry["principal"].clone(), entry["denied"].clone())
    };
    let (principal, put) = denied("vortex.config.v1.ConfigService/PutDocument");
    assert_eq!(principal, "key:writer");
    assert_eq!(put["key_id"], writer_id);
    assert_eq!(put["scope"], "main:payments/prod");
    assert_eq!(
        (&put["role"], &put["reason"]),
        (&json!("writer"), &json!("denied"))
    );
    let (principal, rollout) = denied("vortex.rollout.v1.RolloutService/CreateRollout");
    assert_eq!(
        (principal, &rollout["role"]),
        (json!("key:writer"), &json!("operator"))
    );
    let (principal, door) = denied("GET /orders/prod");
    assert_eq!(
        (principal, &door["reason"]),
        (json!("anonymous"), &json!("unknown"))
    );
    assert_eq!(door["address"], "127.0.0.1");
    let done = all.iter().find(|entry| entry["done"]["kind"] == "write");
    assert_eq!(done.unwrap()["principal"], "key:writer");
    let counted = mesh
        .get_until(
            "/api/audit?denied=true&principal=key:writer&app=payments",
            |answer| {
                entries(answer)
                    .first()
                    .is_some_and(|entry| entry["denied"]["count"] == 3)
            },
        )
        .await;
    assert_eq!(entries(&counted).len(), 1);
    let by_id = mesh
        .get(&format!("/api/audit?denied=true&principal={writer_id}"))
        .await;
    assert_eq!(entries(&by_id).len(), 2);
    let page = mesh.get("/api/audit?page_size=1").await;
    let token = page.json()["next_page_token"].as_str().unwrap().to_owned();
    assert_eq!(entries(&page)[0], all[0]);
    let page = mesh
        .get(&format!("/api/audit?page_size=1&page_token={token}"))
        .await;
    assert_eq!(entries(&page)[0], all[1]);
    mesh.show(&of_payments);
    let seen = mesh.get("/api/audit").await;
    assert_eq!(seen.status, 200, "{}", seen.text());
    assert!(!seen.text().contains("orders"), "{}", seen.text());
    assert!(
        seen.text().contains("main:payments/prod"),
        "{}",
        seen.text()
    );
    mesh.show(&writer);
    assert_eq!(mesh.get("/api/audit").await.status, 403);
    mesh.stop();
}
