//! Totals, while replies are lost and processes end in all ways.

use std::sync::Arc;

use serde_json::json;
use vortex_tests::{Answer, Lossy, Mesh, Mode, Options, ServiceName};

use crate::agents::{Agent, Counts, INSTANCES};

const DRIFT: &str = "/api/drift/orders/prod";
/// Reports that come in between two ends of processes.
const REPORTS: u64 = 500;

/// How a process ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// It is asked to.
    InOrder,
    /// `kill -9`.
    Killed,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn are_exact_while_replies_are_lost_and_processes_end() {
    let (drift, rollout) = (Lossy::new(), Lossy::new());
    let (mut mesh, id) = begin(&drift, &rollout).await;
    let [near, far] = mesh.gateways()[..] else {
        panic!("two gateways");
    };
    let agents = [
        Agent::start(near, "near", &id),
        Agent::start(far, "far", &id),
    ];
    for (service, end) in [
        (ServiceName::Ingest, End::InOrder),
        (ServiceName::Drift, End::InOrder),
        (ServiceName::Rollout, End::Killed),
        (ServiceName::Drift, End::Killed),
        (ServiceName::Ingest, End::InOrder),
        (ServiceName::Rollout, End::InOrder),
    ] {
        progress(&agents).await;
        match end {
            End::InOrder => mesh.terminate(service),
            End::Killed => mesh.kill(service),
        }
        // the other ingest goes on
        agents[1].takes(REPORTS).await;
        mesh.start_again(service);
    }
    progress(&agents).await;
    let mut all = Counts::default();
    for agent in agents {
        let counts = agent.stop().await;
        assert_eq!(counts.unsure, 0, "{counts:?}");
        all.taken += counts.taken;
    }
    counted(&mesh, &id, all.taken).await;
    let everybody = |answer: &Answer| answer.json()["total"] == 2 * INSTANCES;
    let standing = mesh.get_until(DRIFT, everybody).await.json();
    for wrong in ["drifted", "unknown_version", "failed"] {
        assert_eq!(standing["states"][wrong], 0, "{standing}");
    }
    assert!(drift.lost() > 0 && rollout.lost() > 0);
    mesh.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_killed_ingest_lack_what_was_not_acknowledged_and_have_nothing_twice() {
    let (drift, rollout) = (Lossy::new(), Lossy::new());
    let (mut mesh, id) = begin(&drift, &rollout).await;
    let agent = Agent::start(mesh.http, "near", &id);
    let (mut acknowledged, mut before) = (0, 0);
    for _ in 0..3 {
        agent.takes(REPORTS).await;
        acknowledged = requests(&analysis(&mesh, &id).await);
        assert!(acknowledged >= before, "{acknowledged} after {before}");
        mesh.kill(ServiceName::Ingest);
        agent.is_refused().await;
        before = acknowledged;
        mesh.start_again(ServiceName::Ingest);
    }
    // all that was taken until the last kill may be lost, but for what was acknowledged
    let lost_at_most = agent.counts().taken;
    agent.takes(REPORTS).await;
    let counts = agent.stop().await;
    // what it has is passed on
    mesh.terminate(ServiceName::Ingest);
    let total = requests(&analysis(&mesh, &id).await);
    let least = acknowledged + counts.taken - lost_at_most;
    let most = counts.taken + counts.unsure;
    assert!(
        (least..=most).contains(&total),
        "{total} of {counts:?}, at least {least}"
    );
    mesh.start_again(ServiceName::Ingest);
    mesh.stop();
}

/// A mesh in which three in ten replies to ingests are lost, and a rollout that nothing moves.
async fn begin(drift: &Lossy, rollout: &Lossy) -> (Mesh, String) {
    let options = Options {
        twin: true,
        links: vec![
            (ServiceName::Drift, Arc::new(drift.clone())),
            (ServiceName::Rollout, Arc::new(rollout.clone())),
        ],
        ..Options::quick()
    };
    let mesh = Mesh::start(Mode::Many, &options);
    for (path, size) in [("version=v1", 1), ("version=v2&stage_only=true", 2)] {
        let path = format!("/api/configs/orders/prod?{path}");
        let answer = mesh.put(&path, &format!("size: {size}\n")).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let created = mesh
        .post(
            "/api/rollouts",
            &json!({
                "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
                "stages": [{"percentage": 1}, {"percentage": 100}], "min_instances": 0,
                "auto_promote": false, "auto_rollback": false, "start": true,
            }),
        )
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    (mesh, id)
}

async fn progress(agents: &[Agent]) {
    for agent in agents {
        agent.takes(REPORTS).await;
    }
}

async fn analysis(mesh: &Mesh, id: &str) -> Answer {
    mesh.get(&format!("/api/rollouts/{id}/analysis")).await
}

/// Waits until exactly so many requests are counted.
async fn counted(mesh: &Mesh, id: &str, expected: u64) {
    let path = format!("/api/rollouts/{id}/analysis");
    let all = |answer: &Answer| {
        let counted = requests(answer);
        assert!(counted <= expected, "{counted} of {expected}");
        counted == expected
    };
    mesh.get_until(&path, all).await;
}

/// The requests that are counted of both arms.
fn requests(analysis: &Answer) -> u64 {
    let analysis = analysis.json();
    let arms = analysis["total"].as_array().into_iter().flatten();
    arms.map(|arm| arm["requests"].as_u64().unwrap()).sum()
}
