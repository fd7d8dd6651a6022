//! Documents and change sets, from their writing to their end.

use serde_json::{Value, json};
use vortex_tests::Mode;

use super::mesh;

pub(super) async fn a_document_is_written_layered_staged_released_and_deleted(mode: Mode) {
    let mesh = mesh(mode);
    let written = mesh
        .put(
            "/api/configs/orders/default?version=v1",
            "port: 1\nname: orders\n",
        )
        .await;
    assert_eq!(written.status, 201, "{}", written.text());
    assert_eq!(written.json()["version"], "v1");
    let again = mesh
        .put(
            "/api/configs/orders/default?version=v1",
            "port: 1\nname: orders\n",
        )
        .await;
    assert_eq!(again.status, 200);
    mesh.put("/api/configs/orders/prod?version=p1", "port: 2\n")
        .await;
    mesh.put(
        "/api/configs/application/default?version=a1",
        "shared: true\nport: 0\n",
    )
    .await;

    let spring = mesh.get("/orders/prod").await.json();
    assert_eq!(spring["propertySources"][0]["source"], json!({"port": 2}));
    assert_eq!(spring["label"], Value::Null);
    let effective = mesh.get("/api/effective/orders/prod").await;
    let config = &effective.json()["config"];
    assert_eq!(
        config,
        &json!({"port": 2, "name": "orders", "shared": true})
    );
    assert_eq!(
        effective.header("x-vortex-version").split('+').next(),
        Some("p1")
    );

    let staged = mesh
        .put(
            "/api/configs/orders/prod?version=p2&stage_only=true",
            "port: 3\n",
        )
        .await;
    assert_eq!(staged.status, 201, "{}", staged.text());
    assert_eq!(mesh.get("/orders-prod.json").await.json()["port"], 2);
    let diff = mesh
        .get("/api/configs/orders/prod/diff?from=p1&to=p2")
        .await
        .text();
    assert!(diff.contains(r#""value":3"#), "{diff}");
    let released = mesh
        .post(
            "/api/configs/orders/prod/release",
            &json!({"version": "p2"}),
        )
        .await;
    assert_eq!(released.status, 200, "{}", released.text());
    assert_eq!(mesh.get("/orders-prod.json").await.json()["port"], 3);
    let versions = mesh.get("/api/configs/orders/prod/versions").await.json();
    assert_eq!(
        versions["versions"].as_array().map(Vec::len),
        Some(2),
        "{versions}"
    );

    let deleted = mesh
        .send(mesh.request("DELETE", "/api/configs/orders/prod"))
        .await;
    assert!(deleted.status < 300, "{}", deleted.text());
    assert_eq!(mesh.get("/orders-prod.json").await.json()["port"], 1);
    let gone = mesh.get("/api/configs/orders/prod").await;
    assert_eq!(
        (gone.status, gone.json()["code"].as_str()),
        (404, Some("DOCUMENT_NOT_FOUND"))
    );
    let explained = mesh.get("/api/explain/orders/prod?path=port").await.text();
    assert!(explained.contains("orders.yml"), "{explained}");
    mesh.stop();
}

pub(super) async fn a_change_set_is_read_whole_or_not_at_all(mode: Mode) {
    let mesh = mesh(mode);
    let write = |value: u32| {
        json!({"documents": [
            {"path": "application.yml", "content": format!("shared: {value}\n")},
            {"path": "orders.yml", "content": format!("own: {value}\n")},
            {"path": "orders-prod.yml", "content": format!("prod: {value}\n")},
        ]})
    };
    assert_eq!(mesh.post("/api/changes", &write(0)).await.status, 201);
    let reading = async {
        let mut seen = 0;
        while seen < 100 {
            let config = mesh.get("/orders-prod.json").await.json();
            assert_eq!(
                (&config["own"], &config["prod"]),
                (&config["shared"], &config["shared"])
            );
            let now = config["shared"].as_u64().unwrap();
            assert!(now >= seen, "{now} after {seen}");
            seen = now;
        }
    };
    let writing = async {
        for value in 1..=100 {
            let written = mesh.post("/api/changes", &write(value)).await;
            assert_eq!(written.status, 201, "{}", written.text());
            // nobody reads older than what was answered
            let config = mesh.get("/orders-prod.json").await.json();
            assert_eq!(config["shared"], value);
        }
    };
    tokio::join!(reading, writing);
    mesh.stop();
}
