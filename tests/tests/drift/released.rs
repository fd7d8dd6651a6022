//! A version that is released, and instances that do not follow it.

use serde_json::Value;
use vortex_tests::{Mesh, Mode, Options};

use crate::{
    in_both_modes, instances,
    receiver::{Received, Receiver},
};

const DRIFT: &str = "/api/drift/orders/prod";

in_both_modes! {
    those_that_do_not_follow_are_told_of_once_and_no_longer_once_they_do
}

/// How many instances there are: a thousand in the soak.
fn fleet() -> usize {
    match std::env::var_os("VORTEX_SOAK").is_some() {
        true => 1_000,
        false => 200,
    }
}

async fn those_that_do_not_follow_are_told_of_once_and_no_longer_once_they_do(mode: Mode) {
    let folder = tempfile::tempdir().unwrap();
    let (receiver, notify) = Receiver::away(folder.path());
    let mesh = Mesh::start(
        mode,
        &Options {
            notify: Some(notify),
            twin: true,
            ..Options::quick()
        },
    );
    write(&mesh, "v1", 1).await;
    let all = fleet();
    let lagging = all / 20;
    let last = instances::names(lagging).last().unwrap();
    let fleet = instances::start(&mesh, instances::names(all), |name| name > &*last).await;
    states(&mesh, &[("in_sync", all)]).await;

    write(&mesh, "v2", 2).await;
    states(&mesh, &[("in_sync", all - lagging), ("pending", lagging)]).await;
    states(&mesh, &[("in_sync", all - lagging), ("drifted", lagging)]).await;
    let firing = alerts(&mesh, "firing").await;
    assert_eq!(firing[0]["cause"], "drift");
    assert_eq!(firing[0]["expected_version"], "v2");
    assert_eq!(firing[0]["worst"], lagging);

    let received = receiver.start().await;
    kinds(&received, &["alert.fired"]).await;
    for instance in &fleet[..lagging] {
        let read = instance
            .client
            .fetch::<instances::Settings>()
            .await
            .unwrap();
        assert_eq!((read.version(), read.size), ("v2", 2));
    }
    states(&mesh, &[("in_sync", all)]).await;
    let resolved = alerts(&mesh, "resolved").await;
    assert_eq!(resolved[0]["id"], firing[0]["id"]);
    kinds(&received, &["alert.fired", "alert.resolved"]).await;

    for instance in &fleet {
        instance.client.stop().await.unwrap();
    }
    states(&mesh, &[]).await;
    mesh.stop();
}

async fn write(mesh: &Mesh, version: &str, size: u32) {
    let path = format!("/api/configs/orders/prod?version={version}");
    let answer = mesh.put(&path, &format!("size: {size}\n")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

/// Waits until exactly so many instances are in these states.
async fn states(mesh: &Mesh, expected: &[(&str, usize)]) {
    mesh.get_until(DRIFT, |answer| {
        let states = &answer.json()["states"];
        let counts = states.as_object().into_iter().flatten();
        let mut found = counts.filter(|(_, count)| **count != 0);
        found.clone().count() == expected.len()
            && found.all(|(state, count)| {
                expected
                    .iter()
                    .any(|(name, of)| name == state && *count == *of)
            })
    })
    .await;
}

/// Waits until there is one alert in this state, and no other.
async fn alerts(mesh: &Mesh, state: &str) -> Vec<Value> {
    let is_one = |answer: &vortex_tests::Answer| {
        let alerts = answer.json()["alerts"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        alerts.len() == 1 && alerts[0]["state"] == state
    };
    let answer = mesh.get_until("/api/drift/alerts", is_one).await;
    answer.json()["alerts"].as_array().unwrap().clone()
}

/// Waits until these events came, and no others.
async fn kinds(received: &Received, expected: &[&str]) {
    let deadline = tokio::time::Instant::now() + vortex_tests::PATIENCE;
    while received.kinds() != expected {
        assert!(
            tokio::time::Instant::now() < deadline,
            "{:?}",
            received.kinds()
        );
        tokio::time::sleep(vortex_tests::GLANCE).await;
    }
}
