//! Both ways leave the same: errors to the last detail, request ids, metrics.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;
use vortex_store::Transaction;

use super::{
    Node, Way, both_ways,
    node::{put, settings},
};
use crate::{engine::Watched, service::Service};

/// A few calls, good and bad, and the faults they met.
async fn calls(node: &mut Node) -> Vec<Fault> {
    let mut bad = put("orders", "v1", "a: [");
    bad.request_id = "r1".to_owned();
    let attempts = [
        put("orders", "v1", "a: 1"),
        put("orders", "v1", "a: 2"),
        put("api", "v1", "a: 1"),
        bad,
    ];
    let mut faults = Vec::new();
    for attempt in attempts {
        faults.extend(node.config.put_document(attempt).await.err());
    }
    let request = pb::GetConfigRequest {
        app: "orders".to_owned(),
        ..Default::default()
    };
    node.config.get_config(request.clone()).await.unwrap();
    let unknown = pb::GetConfigRequest {
        label: "nowhere".to_owned(),
        ..request
    };
    faults.extend(node.config.get_config(unknown).await.err());
    faults.iter().map(Fault::from_status).collect()
}

/// The counters of calls that are not at zero.
fn handled(node: &Node) -> Vec<String> {
    let rendered = node.runtime.metrics.render();
    let counted = rendered.lines().filter(|line| {
        line.starts_with("vortex_grpc_server_handled_total") && !line.ends_with(" 0")
    });
    let mut lines: Vec<String> = counted.map(str::to_owned).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn errors_and_metrics_are_equal() {
    let (_folder, mut near) = Node::new(Way::InProcess).await;
    let (_other, mut far) = Node::new(Way::Network).await;
    let faults = calls(&mut near).await;
    assert_eq!(faults.len(), 4);
    assert_eq!(faults, calls(&mut far).await);
    assert_eq!(handled(&near), handled(&far));
    assert_eq!(handled(&near).len(), 5);
    near.stop().await;
    far.stop().await;
}

/// A store that lost the content of `orders.yml`.
async fn robbed(folder: &tempfile::TempDir) {
    let engine = Watched::open(&folder.path().join("store"));
    let service = Service::over(engine.clone()).await.unwrap();
    service
        .run(crate::commands::put("v1", "orders.yml", "a: 1"))
        .await
        .unwrap();
    for entry in engine.entries("blob/").await {
        engine.tamper(Transaction::new().delete(entry.key)).await;
    }
    service.close().await;
}

both_ways! {
    async fn a_content_that_is_lost_is_named_and_its_cause_stays_in_the_log(way: Way) {
        let folder = tempfile::tempdir().unwrap();
        robbed(&folder).await;
        let mut node = Node::start(way, settings(&folder)).await;
        let request = pb::GetConfigRequest { app: "orders".to_owned(), ..Default::default() };
        let status = node.config.get_config(request).await.unwrap_err();
        assert_eq!(status.message(), "orders.yml on main can't be read: the store is damaged");
        let fault = Fault::from_status(&status);
        assert_eq!(fault.reason(), Reason::StoreDamaged);
        assert_eq!(fault.metadata()["path"], "orders.yml");
        assert_eq!(fault.metadata()["label"], "main");
        node.stop().await;
    }
}
