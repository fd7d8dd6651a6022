//! Instances through a release, a restart and a network that is cut.

use vortex_proto::drift::v1::DriftState;

use crate::mesh::{INTERVAL, Mesh, count, running};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_is_followed_by_those_that_do_and_the_others_drift() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let all = running(0..100, "v1");
    mesh.report(&all).await;
    mesh.until_count(DriftState::InSync, 100).await;
    mesh.put("v2", false).await;
    // without a report: by what they should run
    mesh.until_count(DriftState::Pending, 100).await;
    let mut reports = running(0..95, "v2");
    reports.extend(running(95..100, "v1"));
    mesh.pass(INTERVAL);
    mesh.report(&reports).await;
    assert_eq!(mesh.count(DriftState::InSync).await, 95);
    mesh.pass(INTERVAL + 1);
    mesh.report(&reports).await;
    let standing = mesh.standing().await;
    assert_eq!(count(&standing, DriftState::Drifted), 5);
    assert_eq!((standing.total, standing.drift_ratio), (100, 0.05));
    assert_eq!(standing.expected.len(), 1);
    assert_eq!(
        (
            &*standing.expected[0].version,
            standing.expected[0].percentage
        ),
        ("v2", 100.0)
    );
    let versions: Vec<_> = standing
        .versions
        .iter()
        .map(|v| (&*v.version, v.instances))
        .collect();
    assert_eq!(versions, [("v2", 95), ("v1", 5)]);
    let drifted = mesh.instance("pod-097").await;
    assert_eq!(
        (&*drifted.version, &*drifted.expected_version),
        ("v1", "v2")
    );
    assert_eq!(drifted.metadata.unwrap().host, "host-1");
    let metrics = mesh.runtime.metrics.render();
    let series = "vortex_instances{app=\"orders\",profile=\"default\",state=\"drifted\"} 5";
    assert!(metrics.contains(series), "{metrics}");
    assert!(
        metrics.contains("vortex_change_to_applied_seconds_count 95"),
        "{metrics}"
    );
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_nobody_is_missed_and_what_comes_again_is_taken_again() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let all = running(0..20, "v1");
    mesh.report(&all).await;
    mesh.until_count(DriftState::InSync, 20).await;
    let mut mesh = mesh.restart().await;
    assert_eq!(mesh.standing().await.total, 0);
    mesh.pass(600);
    mesh.report(&running(0..15, "v1")).await;
    mesh.until_count(DriftState::InSync, 15).await;
    assert_eq!(mesh.standing().await.total, 15);
    assert!(mesh.alerts().await.is_empty());
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_that_is_sent_again_counts_once() {
    let mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let window = mesh.window("ingest-1", 7, vec![Default::default()]);
    for repeated in [false, true, true] {
        let taken = mesh.drift.clone().report_instances(window.clone()).await;
        assert_eq!(taken.unwrap().into_inner().repeated, repeated);
    }
    let metrics = mesh.runtime.metrics.render();
    assert!(
        metrics.contains("vortex_registry_reports_total{result=\"new\"} 1"),
        "{metrics}"
    );
    assert!(
        metrics.contains("vortex_registry_parts_repeated_total 2"),
        "{metrics}"
    );
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_that_nobody_knows_runs_unknown_versions() {
    let mut mesh = Mesh::new().await;
    mesh.report(&running(0..3, "v9")).await;
    mesh.until_count(DriftState::UnknownVersion, 3).await;
    mesh.stop().await;
}
