//! Lists page by page: everything once, in order.

use vortex_proto::config::v1 as pb;

use super::{
    Node, Way, both_ways,
    node::{change, document, put, written},
};

both_ways! {
    async fn documents_are_listed_once_each(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        for label in ["", "feature/x", "zeta"] {
            let documents = (0..7).map(|n| written(&format!("app{n}.yml"), "a: 1")).collect();
            let mut request = change("v1", documents);
            request.label = label.to_owned();
            node.config.apply_change(request).await.unwrap();
        }
        let mut found = Vec::new();
        let mut request = pb::ListDocumentsRequest { page_size: 3, ..Default::default() };
        loop {
            let page = node.config.list_documents(request.clone()).await.unwrap().into_inner();
            assert!(page.documents.len() <= 3);
            found.extend(page.documents.into_iter().map(|d| (d.label, d.path)));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        let labels = ["feature/x", "main", "zeta"];
        let expected: Vec<_> = labels
            .iter()
            .flat_map(|label| (0..7).map(|n| ((*label).to_owned(), format!("app{n}.yml"))))
            .collect();
        assert_eq!(found, expected);
        let request = pb::ListDocumentsRequest {
            label: "zeta".to_owned(),
            app: "app3".to_owned(),
            ..Default::default()
        };
        let filtered = node.config.list_documents(request).await.unwrap().into_inner();
        assert_eq!(filtered.documents.len(), 1);
        node.stop().await;
    }

    async fn changes_and_versions_are_listed_newest_first(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        for n in 0..10 {
            let mut request = put("orders", &format!("v{n}"), &format!("a: {n}"));
            request.stage_only = n % 2 == 0;
            node.config.put_document(request).await.unwrap();
        }
        let mut changes = Vec::new();
        let mut request = pb::ListChangesRequest { page_size: 4, ..Default::default() };
        loop {
            let page = node.config.list_changes(request.clone()).await.unwrap().into_inner();
            changes.extend(page.changes.into_iter().map(|c| c.name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        let expected: Vec<_> = (0..10).rev().map(|n| format!("v{n}")).collect();
        assert_eq!(changes, expected);
        let request = pb::ListChangesRequest {
            state: pb::ChangeState::Staged.into(),
            ..Default::default()
        };
        let staged = node.config.list_changes(request).await.unwrap().into_inner();
        assert_eq!(staged.changes.len(), 5);
        let mut versions = Vec::new();
        let mut request = pb::ListVersionsRequest {
            document: document("orders", ""),
            page_size: 3,
            ..Default::default()
        };
        loop {
            let page = node.config.list_versions(request.clone()).await.unwrap().into_inner();
            versions.extend(page.versions.into_iter().map(|v| v.name));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        assert_eq!(versions, expected);
        node.stop().await;
    }
}
