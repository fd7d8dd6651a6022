//! The mesh, as these tests use it.

use std::time::Duration;

use serde::Deserialize;
use vortex_sdk::{Builder, Client};
use vortex_tests::{Mesh, Mode, Options, PATIENCE};

/// What applications of these tests read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Settings {
    pub(crate) workers: u32,
    #[serde(default)]
    pub(crate) greeting: String,
}

/// A mesh in one process.
pub(crate) fn mesh() -> Mesh {
    Mesh::start(Mode::One, &Options::default())
}

/// Settings of a client of it that is back soon.
pub(crate) fn client(mesh: &Mesh) -> Builder {
    Client::builder(format!("http://{}", mesh.http), "orders")
        .profile("prod")
        .instance_id("orders-1")
        .reconnect_within(Duration::from_millis(100))
}

/// Writes what the application reads, and has it in force.
pub(crate) async fn put(mesh: &Mesh, version: &str, yaml: &str) {
    let path = format!("/api/configs/orders/prod?version={version}");
    let answer = mesh.put(&path, yaml).await;
    assert!(answer.status < 300, "{}", answer.text());
}

/// What comes of something, unless it takes for ever.
pub(crate) async fn soon<T>(of: impl Future<Output = T>) -> T {
    let soon = tokio::time::timeout(PATIENCE, of).await;
    soon.expect("it takes for ever")
}
