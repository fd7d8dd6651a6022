//! A mesh, programs, and what may judge rollouts.

use std::{fs, net::SocketAddr};

use serde_json::{Value, json};
use tempfile::TempDir;
use vortex_tests::{Answer, Mesh, Mode, Options};

use crate::{program::Program, prometheus::Prometheus};

const PROGRAMS: usize = 6;

/// The share of requests that fail, of the programs of an arm: the library says which arm each is
/// of.
const RATE: &str = "\
    (sum(rate(app_requests_total{code=\"500\"}[4s]) * on(instance) group_left() \
       vortex_config_info{app=\"{{app}}\",arm=\"{{arm}}\"}) or vector(0)) / \
    sum(rate(app_requests_total[4s]) * on(instance) group_left() \
       vortex_config_info{app=\"{{app}}\",arm=\"{{arm}}\"})";

/// A mesh with programs that a Prometheus scrapes.
pub(crate) struct Scene {
    pub(crate) mesh: Mesh,
    pub(crate) prometheus: Prometheus,
    _programs: Vec<Program>,
    _folder: TempDir,
}

impl Scene {
    /// A mesh whose `orders` has `v1` stable and `v2` staged, in which one of `failing` requests
    /// fails.
    pub(crate) async fn start(failing: u64) -> Self {
        let mut prometheus = Prometheus::away();
        let (mesh, folder) = mesh(&format!(
            "providers:\n- {{name: main, url: 'http://{}'}}\n",
            prometheus.address
        ));
        stage(&mesh, failing).await;
        let mut programs = Vec::new();
        for number in 0..PROGRAMS {
            programs.push(Program::start(&mesh, &format!("pod-{number}")).await);
        }
        let targets: Vec<SocketAddr> = programs.iter().map(|program| program.address).collect();
        prometheus.start(&targets).await;
        Self {
            mesh,
            prometheus,
            _programs: programs,
            _folder: folder,
        }
    }
}

/// A mesh with a file of those who may judge rollouts.
pub(crate) fn mesh(gates: &str) -> (Mesh, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gates.yml");
    fs::write(&file, gates).unwrap();
    let options = Options {
        quick: true,
        gates: Some(file),
        ..Options::default()
    };
    (Mesh::start(Mode::One, &options), folder)
}

/// Writes `v1`, and stages `v2` in which one of `failing` requests fails.
pub(crate) async fn stage(mesh: &Mesh, failing: u64) {
    for (version, failing) in [("v1", 0), ("v2&stage_only=true", failing)] {
        let path = format!("/api/configs/orders/prod?version={version}");
        let written = mesh.put(&path, &format!("failing: {failing}\n")).await;
        assert_eq!(written.status, 201, "{written:?}");
    }
}

/// Starts a rollout that these judge alone.
pub(crate) async fn roll_out(mesh: &Mesh, gates: Value) -> String {
    let mut body = json!({
        "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
        "stages": [{"percentage": 50}, {"percentage": 100}], "min_instances": 1, "start": true,
        "thresholds": {"min_requests": 0}, "analysis": {"interval": "1s"},
    });
    let gates = gates.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(gates);
    let created = mesh.post("/api/rollouts", &body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    created.json()["id"].as_str().unwrap().to_owned()
}

/// The query of the failing requests.
pub(crate) fn query() -> Value {
    json!({"queries": [{
        "name": "rate", "provider": "main", "query": RATE, "max": 0.2, "max_ratio": 1.5,
        "margin": 0.05,
    }]})
}

/// The rollout once it is in a state.
pub(crate) async fn until(mesh: &Mesh, id: &str, state: &str) -> Value {
    let is_there = |answer: &Answer| answer.json()["state"] == state;
    mesh.get_until(&format!("/api/rollouts/{id}"), is_there)
        .await
        .json()
}
