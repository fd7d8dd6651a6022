//! Instances that are asked to fetch again.

use vortex_proto::drift::v1::{self as pb, DriftState};

use crate::mesh::{Mesh, Told, orders, running};

impl Mesh {
    async fn remediate(&self, ids: &[&str]) -> (u64, u64, u64) {
        let request = pb::RemediateRequest {
            fleet: Some(orders()),
            instance_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        };
        let asked = self.drift.clone().remediate(request).await.unwrap();
        let asked = asked.into_inner();
        (asked.asked, asked.asked_before, asked.skipped)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_that_drifted_are_asked_by_the_ingest_that_heard_them_last_and_once() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    mesh.put("v2", false).await;
    mesh.report(&running(0..4, "v1")).await;
    // before it is known what they should run, they are pending, too
    mesh.until(async || {
        let standing = mesh.standing().await;
        let expected = standing.expected.first();
        expected.is_some_and(|expected| expected.version == "v2")
    })
    .await;
    mesh.pass(61);
    let mut reports = running(0..3, "v1");
    reports.push(("pod-003".to_owned(), "v2"));
    mesh.report(&reports).await;
    let other = Told {
        id: "pod-009".to_owned(),
        version: "odd".to_owned(),
        ..Told::default()
    };
    mesh.tell("ingest-2", vec![other.clone()]).await;
    mesh.until_count(DriftState::UnknownVersion, 1).await;
    assert_eq!(
        mesh.remediate(&["pod-000", "pod-003", "nobody"]).await,
        (1, 0, 2)
    );
    assert_eq!(mesh.remediate(&[]).await, (3, 1, 0));
    assert_eq!(mesh.remediate(&[]).await, (0, 4, 0));
    let offers = mesh.report(&reports).await.offers;
    let ids: Vec<&str> = offers.iter().map(|offer| &*offer.instance_id).collect();
    assert_eq!(ids, ["pod-000", "pod-001", "pod-002"]);
    assert!(
        offers
            .iter()
            .all(|offer| offer.version == "v2" && offer.until.is_some())
    );
    assert!(mesh.report(&reports).await.offers.is_empty());
    let later = Told {
        sequence: 2,
        ..other
    };
    assert_eq!(mesh.tell("ingest-2", vec![later]).await.offers.len(), 1);
    // for another version they are asked at once, for the same one after five minutes
    mesh.pass(301);
    mesh.report(&reports).await;
    assert_eq!(mesh.remediate(&["pod-000"]).await, (1, 0, 0));
    mesh.stop().await;
}
