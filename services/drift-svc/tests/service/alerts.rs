//! The life of alerts.

use prost_types::Duration;
use vortex_kit::error::Reason;
use vortex_proto::drift::v1::{self as pb, AlertCause, AlertState, DriftState};

use crate::mesh::{Mesh, orders, refusal, running};

/// A fleet of 100 of which 20 don't follow `v2`.
async fn drifting() -> (Mesh, Vec<(String, &'static str)>) {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    mesh.put("v2", false).await;
    let mut reports = running(0..80, "v2");
    reports.extend(running(80..100, "v1"));
    mesh.report(&reports).await;
    mesh.until_count(DriftState::InSync, 80).await;
    mesh.pass(61);
    mesh.report(&reports).await;
    assert_eq!(mesh.count(DriftState::Drifted).await, 20);
    (mesh, reports)
}

fn degraded(mesh: &Mesh) -> bool {
    mesh.runtime
        .health
        .snapshot()
        .degradations
        .contains_key("alerts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_fires_is_acknowledged_survives_a_restart_and_is_resolved() {
    let (mut mesh, reports) = drifting().await;
    let fires = async |mesh: &Mesh| !mesh.alerts().await.is_empty();
    mesh.report_until(&reports, fires).await;
    let alert = mesh.until_alert(AlertState::Firing).await;
    assert_eq!(alert.cause(), AlertCause::Drift);
    assert_eq!(
        (&*alert.expected_version, alert.worst, alert.total),
        ("v2", 20, 100)
    );
    assert_eq!(mesh.standing().await.alert, alert.id);
    mesh.until(async || degraded(&mesh)).await;
    for (comment, kept) in [
        ("the night build", "the night build"),
        ("mine", "the night build"),
    ] {
        let request = pb::AcknowledgeAlertRequest {
            id: alert.id.clone(),
            author: "ann".to_owned(),
            comment: comment.to_owned(),
        };
        let seen = mesh.drift.clone().acknowledge_alert(request).await.unwrap();
        assert_eq!(seen.into_inner().alert.unwrap().comment, kept);
    }
    let mut mesh = mesh.restart().await;
    let kept = mesh.until_alert(AlertState::Firing).await;
    assert_eq!((kept.id, &*kept.acknowledged_by), (alert.id, "ann"));
    // all follow now; that is believed once all could have reported
    mesh.pass(301);
    let followed = running(0..100, "v2");
    let over = async |mesh: &Mesh| mesh.alerts().await[0].state() == AlertState::Resolved;
    mesh.report_until(&followed, over).await;
    let over = mesh.until_alert(AlertState::Resolved).await;
    assert_eq!((over.worst, over.instances), (20, 0));
    assert!(over.resolved_at.is_some());
    mesh.until(async || !degraded(&mesh)).await;
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_cut_is_one_alert_and_nobody_is_forgotten() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    let all = running(0..50, "v1");
    mesh.report(&all).await;
    mesh.until_count(DriftState::InSync, 50).await;
    mesh.put("v2", false).await;
    mesh.until_count(DriftState::Pending, 50).await;
    mesh.pass(120);
    let alert = mesh.until_alert(AlertState::Firing).await;
    assert_eq!((alert.cause(), alert.worst), (AlertCause::Silence, 50));
    let standing = mesh.standing().await;
    assert!(standing.expiry_suspended);
    assert_eq!((standing.total, standing.drift_ratio), (50, 0.0));
    mesh.pass(900);
    mesh.until_count(DriftState::Stale, 50).await;
    let all = running(0..50, "v2");
    let over = async |mesh: &Mesh| mesh.alerts().await[0].state() == AlertState::Resolved;
    mesh.report_until(&all, over).await;
    assert_eq!(mesh.count(DriftState::InSync).await, 50);
    mesh.until_alert(AlertState::Resolved).await;
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fleet_is_silenced_for_a_time() {
    let (mut mesh, reports) = drifting().await;
    let silence = |seconds| pb::SilenceFleetRequest {
        fleet: Some(orders()),
        duration: Some(Duration { seconds, nanos: 0 }),
        author: "ann".to_owned(),
        reason: "maintenance".to_owned(),
    };
    let set = mesh
        .drift
        .clone()
        .silence_fleet(silence(3_600))
        .await
        .unwrap();
    let set = set.into_inner().silence.unwrap();
    assert_eq!((&*set.author, &*set.reason), ("ann", "maintenance"));
    let fires = async |mesh: &Mesh| !mesh.alerts().await.is_empty();
    mesh.report_until(&reports, fires).await;
    // it is listed, and nobody is told
    assert!(!degraded(&mesh));
    assert_eq!(mesh.standing().await.silenced_until, set.until);
    let mesh = mesh.restart().await;
    assert_eq!(mesh.standing().await.silenced_until, set.until);
    let ended = mesh.drift.clone().silence_fleet(silence(0)).await.unwrap();
    assert_eq!(ended.into_inner().silence, None);
    assert_eq!(mesh.standing().await.silenced_until, None);
    mesh.until(async || degraded(&mesh)).await;
    let refused = refusal(mesh.drift.clone().silence_fleet(silence(31 * 24 * 3_600))).await;
    assert_eq!(refused.fields()[0].field, "duration");
    let request = pb::AcknowledgeAlertRequest {
        id: "01a".to_owned(),
        ..Default::default()
    };
    let refused = refusal(mesh.drift.clone().acknowledge_alert(request)).await;
    assert_eq!(refused.reason(), Reason::AlertNotFound);
    mesh.stop().await;
}
