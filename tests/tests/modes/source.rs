//! A source that goes and comes back.

use serde_json::json;
use vortex_tests::{Answer, Mesh, Mode, Options, Repository, ServiceName};

use super::code;

pub(super) async fn the_last_good_state_is_served_when_the_source_is_gone(mode: Mode) {
    let repository = Repository::empty();
    let first = repository.commit(&[("orders.yml", "a: 1\n"), ("application.yml", "b: 1\n")]);
    let mesh = Mesh::start(
        mode,
        &Options {
            git: Some(repository.path()),
            ..Options::default()
        },
    );
    let at = |commit: String| {
        move |answer: &Answer| answer.status == 200 && answer.json()["version"] == commit
    };
    mesh.get_until("/orders/default", at(first)).await;
    let second = repository.commit(&[("orders.yml", "a: 2\n"), ("application.yml", "b: 2\n")]);
    let read = mesh
        .get_until("/orders/default", at(second.clone()))
        .await
        .json();
    assert_eq!(read["propertySources"][0]["source"], json!({"a": 2}));
    let refused = mesh.put("/api/configs/orders/default", "a: 3").await;
    assert_eq!(
        (refused.status, code(&refused)),
        (409, "LABEL_FED_BY_SOURCE".into())
    );

    std::fs::rename(repository.path(), repository.path().with_extension("away")).unwrap();
    let source = mesh
        .get_until("/api/sources/git", |a| {
            a.json()["error"].as_str().is_some_and(|e| !e.is_empty())
        })
        .await;
    assert!(
        source.json()["last_success"].is_string(),
        "{}",
        source.text()
    );
    assert_eq!(mesh.get("/orders/default").await.json()["version"], second);
    let health = mesh.admin(ServiceName::Config, "/health").await.text();
    assert!(
        health.contains("source git") && health.contains("last_success"),
        "{health}"
    );
    if mode == Mode::One {
        // the one port that everybody knows tells all of the process
        let name = "config-svc/source git";
        let told = |answer: &Answer| answer.json()["degradations"][name].is_string();
        mesh.get_until("/health", told).await;
    }

    std::fs::rename(repository.path().with_extension("away"), repository.path()).unwrap();
    let third = repository.commit(&[("orders.yml", "a: 3\n")]);
    mesh.get_until("/orders/default", at(third)).await;
    mesh.stop();
}
