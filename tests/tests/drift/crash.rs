//! A version that breaks the instances which get it.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use vortex_tests::{GLANCE, Mesh, Mode, Options, PATIENCE};

use crate::{in_both_modes, instances};

const STABLE: usize = 8;
/// Starts of an instance that are a crash loop.
const STARTS: usize = 3;

in_both_modes! {
    a_canary_whose_instances_crash_at_the_start_is_rolled_back_without_any_request
}

async fn a_canary_whose_instances_crash_at_the_start_is_rolled_back_without_any_request(
    mode: Mode,
) {
    let mesh = Mesh::start(mode, &Options::quick());
    for (path, size) in [("version=v1", 1), ("version=v2&stage_only=true", 2)] {
        let path = format!("/api/configs/orders/prod?{path}");
        let answer = mesh.put(&path, &format!("size: {size}\n")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let _stable = instances::start(&mesh, instances::names(STABLE), |_| true).await;
    let created = mesh
        .post(
            "/api/rollouts",
            &json!({
                "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
                "stages": [{"percentage": 1, "min_duration": "1h"}, {"percentage": 100}],
                "include": ["canary"], "exclude": instances::names(STABLE).collect::<Vec<_>>(),
                "analysis": {"interval": "1s"}, "start": true,
            }),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let path = format!("/api/rollouts/{}", created.json()["id"].as_str().unwrap());
    let path = &*path;
    for _ in 0..STARTS {
        crash(&mesh).await;
    }
    // it goes on to crash, as its supervisor starts it again and again
    let looping = async {
        loop {
            crash(&mesh).await;
        }
    };
    let looped = newest(&mesh, path).await;
    tokio::select! {
        () = looping => {}
        () = rolled_back(&mesh, path) => {}
    }
    let audit = mesh.get(&format!("{path}/audit")).await.text();
    assert!(audit.contains("instances"), "{audit}");
    let analysis = mesh.get(&format!("{path}/analysis")).await.json();
    let failed = &analysis["slices"][0];
    assert_eq!(failed["verdict"], "fail", "{analysis}");
    let took = failed["number"].as_u64().unwrap() - looped;
    assert!(took <= 2, "{took} intervals: {analysis}");
    assert_eq!(analysis["total"].as_array().unwrap().len(), 0, "{analysis}");
    mesh.stop();
}

/// An instance that starts, reports that it runs the canary, and is gone.
async fn crash(mesh: &Mesh) {
    let one = instances::start(mesh, ["canary".to_owned()], |_| true).await;
    let one = &one[0].client;
    assert_eq!(one.version(), "v2");
    let end = Instant::now() + PATIENCE;
    while one.expected().is_none() {
        assert!(Instant::now() < end, "it reports at once");
        sleep(GLANCE).await;
    }
    // until the window is closed that has heard of it
    sleep(Duration::from_millis(200)).await;
}

/// The number of the slice that was judged last.
async fn newest(mesh: &Mesh, path: &str) -> u64 {
    let analysis = mesh.get(&format!("{path}/analysis")).await.json();
    let newest: Option<&Value> = analysis["slices"].get(0);
    newest.map_or(0, |slice| slice["number"].as_u64().unwrap())
}

async fn rolled_back(mesh: &Mesh, path: &str) {
    let is_rolled_back = |answer: &vortex_tests::Answer| answer.json()["state"] == "rolled_back";
    mesh.get_until(path, is_rolled_back).await;
}
