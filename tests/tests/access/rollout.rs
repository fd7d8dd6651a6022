//! A rollout where everybody has to say who they are: its own calls between the services among
//! them.

use serde_json::json;
use vortex_tests::{GLANCE, Mode, PATIENCE, ServiceName};

use crate::{key, secure};

pub(super) async fn a_rollout_is_run_by_who_may(mode: Mode) {
    let mut mesh = secure(mode);
    let (writer, _) = key(&mesh, "writer", "writer", "orders/**").await;
    let (operator, _) = key(&mesh, "operator", "operator", "orders/**").await;
    let (agent, _) = key(&mesh, "agent", "agent", "orders/**").await;
    let (reader, _) = key(&mesh, "reader", "reader", "orders/**").await;
    mesh.show(&writer);
    for (version, more) in [("v1", ""), ("v2", "&stage_only=true")] {
        let path = format!("/api/configs/orders/default?version={version}{more}");
        let written = mesh.put(&path, &format!("arm: {version}\n")).await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
    let plan = json!({"app": "orders", "from_version": "v1", "to_version": "v2",
                      "stages": [{"percentage": 50.0}, {"percentage": 100.0}],
                      "analysis": {"interval": "100ms"}});
    let refused = mesh.post("/api/rollouts", &plan).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    mesh.show(&operator);
    let created = mesh.post("/api/rollouts", &plan).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let started = mesh
        .post(&format!("/api/rollouts/{id}/start"), &json!({}))
        .await;
    assert_eq!(started.status, 200, "{}", started.text());
    let latencies = [12.0; 100];
    let figures =
        |arm| json!({"arm": arm, "requests": 400, "errors": 2, "latencies_ms": &latencies[..]});
    let figures = json!([figures("stable"), figures("canary")]);
    let report = format!("/api/rollouts/{id}/metrics");
    mesh.show(&reader);
    assert_eq!(mesh.post(&report, &figures).await.status, 403);
    mesh.show(&agent);
    let path = format!("/api/rollouts/{id}");
    assert_eq!(mesh.get(&path).await.status, 403);
    let mut last = json!(null);
    let completed = async {
        loop {
            mesh.show(&agent);
            let reported = mesh.post(&report, &figures).await;
            assert!(reported.status != 403, "{}", reported.text());
            mesh.show(&reader);
            last = mesh.get(&path).await.json();
            if last["state"] == "completed" && last["effect"] == "confirmed" {
                return;
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    if tokio::time::timeout(PATIENCE, completed).await.is_err() {
        panic!("it is still {last}");
    }
    let audit = mesh.get(&format!("{path}/audit")).await.json();
    let entries = audit["entries"].as_array().unwrap();
    let started = entries.iter().find(|entry| entry["action"] == "start");
    assert_eq!(started.unwrap()["principal"], "key:operator", "{audit}");
    let read = mesh.get("/api/effective/orders/default").await.json();
    assert_eq!(read["config"]["arm"], "v2", "{read}");
    mesh.stop();
}

/// A rollout of two applications is seen by who sees one of them, and judged by what is reported of
/// each: by who may speak for it.
pub(super) async fn an_agent_reports_for_its_own_applications(mode: Mode) {
    let mut mesh = secure(mode);
    let (agent, _) = key(&mesh, "agent", "agent", "orders/**").await;
    for app in ["orders", "payments"] {
        let path = format!("/api/configs/{app}/default?version=v1");
        let written = mesh.put(&path, "a: 1\n").await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
    let document = |app: &str| json!({"path": format!("{app}.yml"), "content": "a: 2\n"});
    let both = json!({"version": "v2", "stage_only": true,
                      "documents": [document("orders"), document("payments")]});
    let staged = mesh.post("/api/changes", &both).await;
    assert_eq!(staged.status, 201, "{}", staged.text());
    let plan = json!({"change": "v2", "stages": [{"percentage": 100.0}], "start": true});
    let created = mesh.post("/api/rollouts", &plan).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    assert_eq!(created["apps"], json!(["orders", "payments"]), "{created}");
    let path = format!("/api/rollouts/{}/metrics", created["id"].as_str().unwrap());
    mesh.show(&agent);
    let of = |app: &str| json!({"arm": "canary", "app": app, "requests": 9, "errors": 9, "latencies_ms": [1.0]});
    let refused = mesh.post(&path, &of("payments")).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    let refused = mesh
        .post(&path, &json!([of("orders"), of("payments")]))
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(refused.text().contains("payments"), "{}", refused.text());
    let taken = mesh.post(&path, &of("orders")).await;
    assert!(taken.status < 300, "{}", taken.text());
    mesh.stop();
}

/// Of a batch each report is judged by itself: an agent that may not speak for an application gets
/// the others through.
pub(super) async fn of_a_batch_an_agent_gets_through_what_it_may_report(mode: Mode) {
    let mut mesh = secure(mode);
    let admin = mesh.key.clone().unwrap();
    let (agent, _) = key(&mesh, "agent", "agent", "orders/**").await;
    mesh.show(&agent);
    let of = |app: &str, id: &str| json!({"app": app, "instance_id": id});
    let mixed = json!([of("orders", "a"), of("payments", "b"), of("orders", "c")]);
    let answer = mesh.post("/api/heartbeats", &mixed).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let results = answer.json();
    let code = |place: usize| &results[place]["code"];
    assert_eq!(
        (code(0), code(1), code(2)),
        (&json!(null), &json!("PERMISSION_DENIED"), &json!(null)),
        "{results}"
    );
    assert!(
        results[1]["detail"].as_str().unwrap().contains("payments"),
        "{results}"
    );
    let none = json!([of("payments", "b"), of("payments", "d")]);
    let refused = mesh.post("/api/heartbeats", &none).await;
    assert_eq!(refused.status, 403, "{}", refused.text());
    mesh.show(&admin);
    let both = |answer: &vortex_tests::Answer| answer.json()["total"] == 2;
    mesh.get_until("/api/drift/orders/default", both).await;
    assert_eq!(
        mesh.get("/api/drift/payments/default").await.json()["total"],
        0
    );
    let counted = |answer: &vortex_tests::Answer| {
        let line = r#"vortex_heartbeats_dropped_total{reason="denied"} 3"#;
        answer.text().lines().any(|said| said == line)
    };
    mesh.admin_until(ServiceName::Ingest, "/metrics", counted)
        .await;
    mesh.stop();
}
