//! Overrides: above all documents in every form, and gone by themselves.

use serde_json::{Value, json};
use vortex_tests::{Mesh, Mode};

use super::mesh;

async fn put(mesh: &Mesh, path: &str, body: &Value) -> Value {
    let request = mesh
        .request("PUT", path)
        .header("content-type", "application/json")
        .body(body.to_string());
    let set = mesh.send(request).await;
    assert_eq!(set.status, 200, "{}", set.text());
    set.json()
}

pub(super) async fn an_override_is_above_all_documents_until_it_is_over(mode: Mode) {
    let mesh = mesh(mode);
    let text = "db:\n  pool: 5\n  host: a\n";
    mesh.put("/api/configs/orders/default?version=v1", text)
        .await;
    let before = mesh.get("/api/effective/orders/prod").await;
    let etag = before.header("etag");
    let body = json!({"values": {"db.pool": 20}, "expires": "4h", "reason": "incident"});
    let set = put(&mesh, "/api/overrides/orders/prod", &body).await;
    let id = set["override"]["id"].as_str().unwrap();

    let effective = mesh.get("/api/effective/orders/prod").await;
    let config = &effective.json()["config"];
    assert_eq!(config, &json!({"db": {"pool": 20, "host": "a"}}));
    assert_ne!(effective.header("etag"), etag);
    let spring = mesh.get("/orders/prod").await.json();
    let first = &spring["propertySources"][0];
    assert_eq!(
        first,
        &json!({"name": "overrides", "source": {"db.pool": 20}})
    );
    assert_eq!(mesh.get("/orders-prod.json").await.json()["db"]["pool"], 20);
    let flat = mesh.get("/orders-prod.properties").await.text();
    assert!(flat.contains("db.pool: 20"), "{flat}");
    let explained = mesh.get("/api/explain/orders/prod?path=db.pool").await;
    let value = &explained.json()["values"][0];
    assert_eq!(value["origin"]["path"], "overrides/orders-prod");
    assert_eq!(value["origin"]["version"], id);
    assert_eq!(value["hidden"][0]["value"], 5);
    let listed = mesh.get("/api/overrides").await.json();
    assert_eq!(listed["overrides"], json!([set["override"]]));
    let read = mesh.get("/api/overrides/orders/prod").await.json();
    assert_eq!(read["override"], set["override"]);

    let removed = mesh
        .send(mesh.request("DELETE", "/api/overrides/orders/prod"))
        .await;
    assert_eq!(removed.json()["id"], id);
    let after = mesh.get("/api/effective/orders/prod").await;
    assert_eq!(after.header("etag"), etag);
    let gone = mesh.get("/api/overrides/orders/prod").await;
    assert_eq!(
        (gone.status, gone.json()["code"].clone()),
        (404, "OVERRIDE_NOT_FOUND".into())
    );

    let body = json!({"values": {"db.pool": 30}, "expires": "1ms"});
    put(&mesh, "/api/overrides/orders/default", &body).await;
    let path = "/api/effective/orders/prod";
    mesh.get_until(path, |answer| answer.header("etag") == etag)
        .await;
}
