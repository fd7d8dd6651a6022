//! Lists, page by page.

use vortex_proto::drift::v1::{self as pb, DriftState};

use crate::mesh::{Mesh, orders, running};

impl Mesh {
    async fn listed(&self, request: pb::ListInstancesRequest) -> Vec<String> {
        let mut request = request;
        let mut all = Vec::new();
        loop {
            let page = self.drift.clone().list_instances(request.clone()).await;
            let page = page.unwrap().into_inner();
            all.extend(
                page.instances
                    .into_iter()
                    .map(|instance| instance.instance_id),
            );
            if page.next_page_token.is_empty() {
                return all;
            }
            request.page_token = page.next_page_token;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_are_listed_by_fleet_and_id() {
    let mut mesh = Mesh::new().await;
    mesh.put("v1", false).await;
    mesh.put("v2", false).await;
    let mut reports = running(0..25, "v2");
    reports.extend(running(25..35, "v1"));
    reports.reverse();
    mesh.report(&reports).await;
    // another fleet, before this one by name
    let mut window = mesh.window("ingest-9", 1, vec![Default::default(), Default::default()]);
    window.fleets[0].fleet.as_mut().unwrap().app = "billing".to_owned();
    mesh.drift.clone().report_instances(window).await.unwrap();
    mesh.until_count(DriftState::InSync, 25).await;
    let ids: Vec<String> = running(0..35, "").into_iter().map(|(id, _)| id).collect();
    for page_size in [1, 7, 25, 35, 36] {
        let of_fleet = pb::ListInstancesRequest {
            fleet: Some(orders()),
            page_size,
            ..Default::default()
        };
        assert_eq!(mesh.listed(of_fleet.clone()).await, ids);
        let pending = pb::ListInstancesRequest {
            states: vec![DriftState::Pending.into()],
            ..of_fleet.clone()
        };
        assert_eq!(mesh.listed(pending).await, ids[25..]);
        let of_version = pb::ListInstancesRequest {
            version: "v2".to_owned(),
            ..of_fleet.clone()
        };
        assert_eq!(mesh.listed(of_version).await, ids[..25]);
        let of_all = mesh
            .listed(pb::ListInstancesRequest {
                fleet: None,
                ..of_fleet
            })
            .await;
        assert_eq!(of_all[0], "pod-0");
        assert_eq!(of_all[1..], ids);
    }
    let list = pb::ListDriftRequest {
        page_size: 1,
        ..Default::default()
    };
    let first = mesh
        .drift
        .clone()
        .list_drift(list.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(first.fleets[0].fleet.as_ref().unwrap().app, "billing");
    let second = pb::ListDriftRequest {
        page_token: first.next_page_token,
        ..list.clone()
    };
    let second = mesh
        .drift
        .clone()
        .list_drift(second)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(second.fleets[0].total, 35);
    assert!(second.fleets[0].versions.is_empty() && second.next_page_token.is_empty());
    let alerting = pb::ListDriftRequest {
        alerting: true,
        ..list
    };
    let alerting = mesh.drift.clone().list_drift(alerting).await.unwrap();
    assert!(alerting.into_inner().fleets.is_empty());
    mesh.stop().await;
}
