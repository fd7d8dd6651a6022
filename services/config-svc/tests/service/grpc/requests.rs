//! Requests with an id, repeated.

use vortex_kit::error::Reason;
use vortex_proto::config::v1 as pb;

use super::{
    Node, Way, both_ways,
    node::{change, document, put, settings, written},
};

both_ways! {
    async fn a_repeated_request_changes_nothing_and_answers_the_same(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let mut request = put("orders", "", "a: 1");
        request.request_id = "r1".to_owned();
        let first = node.config.put_document(request.clone()).await.unwrap().into_inner();
        node.config.put_document(put("orders", "", "a: 2")).await.unwrap();
        let head = node.head().await;
        let again = node.config.put_document(request).await.unwrap().into_inner();
        assert_eq!(again, first);
        assert_eq!(node.head().await, head);
        node.stop().await;
    }

    async fn every_mutation_is_idempotent_by_its_id(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let mut apply = change("v1", vec![written("orders.yml", "a: 1")]);
        apply.request_id = "apply".to_owned();
        apply.stage_only = true;
        let first = node.config.apply_change(apply.clone()).await.unwrap().into_inner();
        assert_eq!(node.config.apply_change(apply).await.unwrap().into_inner(), first);
        let release = pb::ReleaseChangeRequest {
            name: "v1".to_owned(),
            request_id: "release".to_owned(),
            ..Default::default()
        };
        let first = node.config.release_change(release.clone()).await.unwrap().into_inner();
        assert!(first.moved);
        assert_eq!(node.config.release_change(release).await.unwrap().into_inner(), first);
        let delete = pb::DeleteDocumentRequest {
            document: document("orders", ""),
            request_id: "delete".to_owned(),
            ..Default::default()
        };
        let first = node.config.delete_document(delete.clone()).await.unwrap().into_inner();
        assert_eq!(node.config.delete_document(delete).await.unwrap().into_inner(), first);
        node.stop().await;
    }

    async fn an_id_is_not_used_for_another_request(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let mut request = put("orders", "v1", "a: 1");
        request.request_id = "r1".to_owned();
        node.config.put_document(request.clone()).await.unwrap();
        request.content = "a: 2".into();
        let mut config = node.config.clone();
        let fault = node.refused(config.put_document(request)).await;
        assert_eq!(fault.reason(), Reason::RequestIdReused);
        assert_eq!(fault.metadata()["idempotency_key"], "r1");
        node.stop().await;
    }

    async fn answers_outlive_a_restart(way: Way) {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(&folder);
        let mut node = Node::start(way, settings.clone()).await;
        let mut request = put("orders", "v1", "a: 1");
        request.request_id = "r1".to_owned();
        let first = node.config.put_document(request.clone()).await.unwrap().into_inner();
        node.stop().await;
        let mut node = Node::start(way, settings).await;
        let again = node.config.put_document(request).await.unwrap().into_inner();
        assert_eq!(again, first);
        node.stop().await;
    }
}
