//! What is not valid is refused, and nothing of it is taken.

use vortex_kit::error::Reason;
use vortex_proto::drift::v1 as pb;

use crate::mesh::{Mesh, Told, orders, refusal};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_that_is_not_valid_is_refused_by_its_field() {
    let mesh = Mesh::new().await;
    let good = mesh.window("ingest-1", 1, vec![Told::default()]);
    type Spoil = fn(&mut pb::ReportInstancesRequest);
    let cases: [(&str, Spoil); 9] = [
        ("name", |part| part.name = None),
        ("name.ingest", |part| {
            part.name.as_mut().unwrap().ingest.clear()
        }),
        ("fleets[0].fleet", |part| part.fleets[0].fleet = None),
        ("fleets[0].fleet.app", |part| {
            part.fleets[0].fleet.as_mut().unwrap().app.clear()
        }),
        ("texts[0]", |part| part.texts[0] = "x".to_owned()),
        ("fleets[0].instances[0].instance_id", |part| {
            part.fleets[0].instances[0].instance_id.clear();
        }),
        ("fleets[0].instances[0].version", |part| {
            part.fleets[0].instances[0].version = 99
        }),
        ("fleets[0].instances[0].status", |part| {
            part.fleets[0].instances[0].status = 99
        }),
        ("fleets", |part| {
            let instance = part.fleets[0].instances[0].clone();
            part.fleets[0].instances = vec![instance; 10_001];
        }),
    ];
    for (field, spoil) in cases {
        let mut part = good.clone();
        spoil(&mut part);
        let refused = refusal(mesh.drift.clone().report_instances(part)).await;
        assert_eq!(refused.fields()[0].field, field);
    }
    let taken = mesh.drift.clone().report_instances(good).await.unwrap();
    assert!(!taken.into_inner().repeated);
    mesh.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_has_to_be_there() {
    let mesh = Mesh::new().await;
    let request = pb::GetInstanceRequest {
        fleet: Some(orders()),
        instance_id: "pod-0".to_owned(),
    };
    let refused = refusal(mesh.drift.clone().get_instance(request)).await;
    assert_eq!(refused.reason(), Reason::InstanceNotFound);
    let nobody = mesh.standing().await;
    assert_eq!((nobody.total, nobody.states.len()), (0, 0));
    let request = pb::ListInstancesRequest {
        states: vec![77],
        ..Default::default()
    };
    let refused = refusal(mesh.drift.clone().list_instances(request)).await;
    assert_eq!(refused.fields()[0].field, "states[0]");
    let request = pb::ListAlertsRequest {
        page_token: "zz".to_owned(),
        ..Default::default()
    };
    let refused = refusal(mesh.drift.clone().list_alerts(request)).await;
    assert_eq!(refused.fields()[0].field, "page_token");
    let request = pb::LowestBucketsRequest {
        split: "r1".to_owned(),
        count: 101,
        ..Default::default()
    };
    let refused = refusal(mesh.drift.clone().lowest_buckets(request)).await;
    assert_eq!(refused.fields()[0].field, "count");
    mesh.stop().await;
}
