//! Writing: documents, change sets, releases.

use super::{
    Node, Way, both_ways,
    node::{change, document, put, written},
};
use vortex_config_svc::parts::Sha256;
use vortex_proto::config::v1 as pb;

fn release(name: &str) -> pb::ReleaseChangeRequest {
    pb::ReleaseChangeRequest {
        name: name.to_owned(),
        ..Default::default()
    }
}

fn get(app: &str) -> pb::GetDocumentRequest {
    pb::GetDocumentRequest {
        document: document(app, ""),
        ..Default::default()
    }
}

both_ways! {
    async fn a_document_is_written_read_and_deleted(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let reply = node.config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        let reply = reply.into_inner();
        assert!(reply.created);
        assert_eq!((&*reply.version, &*reply.path), ("v1", "orders.yml"));
        assert_eq!(reply.digest, Sha256::of(b"a: 1").to_string());
        let again = node.config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        assert!(!again.get_ref().created);
        assert_eq!(again.get_ref().token, reply.token);
        let mut request = get("orders");
        request.min_token = reply.token;
        let read = node.config.get_document(request).await.unwrap().into_inner();
        assert_eq!((&*read.content, &*read.media_type), (&b"a: 1"[..], "application/yaml"));
        let gone = pb::DeleteDocumentRequest {
            document: document("orders", ""),
            version: "v2".to_owned(),
            if_match: read.digest,
            ..Default::default()
        };
        let gone = node.config.delete_document(gone).await.unwrap().into_inner();
        assert_eq!(gone.version, "v2");
        node.config.get_document(get("orders")).await.unwrap_err();
        node.config.release_change(release("v1")).await.unwrap();
        node.config.get_document(get("orders")).await.unwrap();
        node.stop().await;
    }

    async fn each_format_is_written_and_served_as_it_was(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let formats = [
            ("one", "application/yaml", "a: {b: 1}", "one.yml"),
            ("two", "application/json", r#"{"a":{"b":1}}"#, "two.json"),
            ("three", "text/x-java-properties", "a.b=1", "three.properties"),
        ];
        for (app, media_type, content, path) in formats {
            let mut request = put(app, "v1", content);
            request.media_type = media_type.to_owned();
            let reply = node.config.put_document(request).await.unwrap();
            assert_eq!(reply.get_ref().path, path);
            let read = node.config.get_document(get(app)).await.unwrap().into_inner();
            assert_eq!(read.media_type, media_type);
            assert_eq!(read.content, content);
        }
        node.stop().await;
    }

    async fn a_change_set_moves_all_its_documents_at_once(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let documents = vec![written("a.yml", "a: 1"), written("b.properties", "b=1")];
        let reply = node.config.apply_change(change("v1", documents)).await.unwrap().into_inner();
        assert_eq!((&*reply.change, reply.created, reply.documents.len()), ("v1", true, 2));
        let mut staged = change("v2", vec![written("a.yml", "a: 2"), pb::DocumentWrite {
            path: "b.properties".to_owned(),
            change: Some(pb::document_write::Change::Delete(true)),
            ..Default::default()
        }]);
        staged.stage_only = true;
        node.config.apply_change(staged).await.unwrap();
        let read = node.config.get_document(get("a")).await.unwrap();
        assert_eq!(read.get_ref().version, "v1");
        let reply = node.config.release_change(release("v2")).await.unwrap().into_inner();
        assert!(reply.moved);
        assert_eq!(reply.change.unwrap().state(), pb::ChangeState::Released);
        assert_eq!(node.config.get_document(get("a")).await.unwrap().get_ref().version, "v2");
        node.config.get_document(get("b")).await.unwrap_err();
        assert!(!node.config.release_change(release("v2")).await.unwrap().get_ref().moved);
        node.stop().await;
    }

    async fn a_version_is_released_by_its_documents_name(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        node.config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        node.config.put_document(put("payments", "v1", "p: 1")).await.unwrap();
        let gone = pb::DeleteDocumentRequest {
            document: document("orders", ""),
            version: "gone".to_owned(),
            stage_only: true,
            ..Default::default()
        };
        node.config.delete_document(gone).await.unwrap();
        let of_orders = |name| pb::ReleaseChangeRequest {
            document: document("orders", ""),
            ..release(name)
        };
        let reply = node.config.release_change(of_orders("gone")).await.unwrap().into_inner();
        assert!(reply.moved);
        node.config.get_document(get("orders")).await.unwrap_err();
        // payments has a v1 as well, and a newer one
        let reply = node.config.release_change(of_orders("v1")).await.unwrap().into_inner();
        assert_eq!(reply.change.unwrap().documents[0].path, "orders.yml");
        let digest = node.config.get_document(get("orders")).await.unwrap().into_inner().digest;
        let matched = pb::ReleaseChangeRequest { if_match: digest, ..of_orders("gone") };
        node.config.release_change(matched).await.unwrap();
        node.stop().await;
    }

    async fn a_staged_change_set_is_given_up(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let mut staged = put("orders", "v1", "a: 1");
        staged.stage_only = true;
        node.config.put_document(staged).await.unwrap();
        let discard = pb::DiscardChangeRequest { name: "v1".to_owned(), ..Default::default() };
        let reply = node.config.discard_change(discard).await.unwrap().into_inner();
        assert_eq!(reply.change.unwrap().state(), pb::ChangeState::Discarded);
        let get = pb::GetChangeRequest { name: "v1".to_owned(), ..Default::default() };
        let found = node.config.get_change(get).await.unwrap().into_inner().change.unwrap();
        assert_eq!(found.state(), pb::ChangeState::Discarded);
        assert_eq!(found.documents[0].path, "orders.yml");
        node.stop().await;
    }

    async fn versions_are_listed_and_compared(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        for n in 1..=3 {
            let mut request = put("orders", &format!("v{n}"), &format!("a: {n}"));
            request.author = "ada".to_owned();
            node.config.put_document(request).await.unwrap();
        }
        let versions = pb::ListVersionsRequest {
            document: document("orders", ""),
            ..Default::default()
        };
        let versions = node.config.list_versions(versions).await.unwrap().into_inner().versions;
        let names: Vec<_> = versions.iter().map(|v| (&*v.name, v.stable, &*v.author)).collect();
        assert_eq!(names, [("v3", true, "ada"), ("v2", false, "ada"), ("v1", false, "ada")]);
        let diff = pb::DiffVersionsRequest {
            document: document("orders", ""),
            from: "v1".to_owned(),
            to: String::new(),
        };
        let diff = node.config.diff_versions(diff).await.unwrap().into_inner();
        assert_eq!((&*diff.from, &*diff.to), ("v1", "v3"));
        assert_eq!(diff.patch, r#"[{"op":"replace","path":"/a","value":3}]"#);
        assert_eq!((&*diff.from_content, &*diff.to_content), (&b"a: 1"[..], &b"a: 3"[..]));
        node.stop().await;
    }

    async fn a_write_names_the_state_it_was_made_for(way: Way) {
        let (_folder, mut node) = Node::new(way).await;
        let mut first = put("orders", "v1", "a: 1");
        first.if_none_match = "*".to_owned();
        let digest = node.config.put_document(first).await.unwrap().into_inner().digest;
        let mut second = put("orders", "v2", "a: 2");
        second.if_match = format!("\"{digest}\"");
        node.config.put_document(second).await.unwrap();
        let mut third = put("orders", "v3", "a: 3");
        third.if_match = "*".to_owned();
        node.config.put_document(third).await.unwrap();
        node.stop().await;
    }
}
