//! Restarts.

use serde_json::json;
use vortex_tests::{Mesh, Mode, Options, ServiceName};

pub(super) async fn everything_is_there_after_a_restart(mode: Mode) {
    let data = tempfile::tempdir().unwrap();
    let options = Options {
        data: Some(data.path().to_owned()),
        ..Options::default()
    };
    let mesh = Mesh::start(mode, &options);
    let token = mesh
        .put("/api/configs/orders/default?version=v1", "a: 1")
        .await;
    let token = token.header("x-vortex-revision").to_owned();
    mesh.stop();
    let mut mesh = Mesh::start(mode, &options);
    let read = mesh
        .get(&format!("/api/effective/orders/default?min_token={token}"))
        .await;
    assert_eq!(read.json()["config"], json!({"a": 1}));
    mesh.put("/api/configs/orders/default?version=v2", "a: 2")
        .await;
    mesh.process_mut(ServiceName::Config).kill();
    drop(mesh);
    let mesh = Mesh::start(mode, &options);
    assert_eq!(
        mesh.get("/orders-default.json").await.json(),
        json!({"a": 2})
    );
    mesh.stop();
}
