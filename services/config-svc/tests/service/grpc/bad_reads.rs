//! Reads that are refused.

use vortex_kit::error::Reason;
use vortex_proto::config::v1 as pb;

use super::{
    Node, Way, both_ways,
    node::{document, put},
};

fn config(app: &str, label: &str, min_token: &str) -> pb::GetConfigRequest {
    pb::GetConfigRequest {
        app: app.to_owned(),
        label: label.to_owned(),
        min_token: min_token.to_owned(),
        ..Default::default()
    }
}

both_ways! {
    async fn what_does_not_exist_is_named(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut client = node.config.clone();
        client.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        let fault = node.refused(client.get_config(config("orders", "nowhere", ""))).await;
        assert_eq!(fault.reason(), Reason::LabelNotFound);
        assert_eq!(fault.metadata()["label"], "nowhere");
        let request = pb::ListDocumentsRequest { label: "nowhere".to_owned(), ..Default::default() };
        let fault = node.refused(client.list_documents(request)).await;
        assert_eq!(fault.reason(), Reason::LabelNotFound);
        let request = pb::GetDocumentRequest {
            document: document("unknown", ""),
            ..Default::default()
        };
        let fault = node.refused(client.get_document(request)).await;
        assert_eq!(fault.reason(), Reason::DocumentNotFound);
        let request = pb::GetDocumentRequest {
            document: document("orders", ""),
            version: "v9".to_owned(),
            ..Default::default()
        };
        let fault = node.refused(client.get_document(request)).await;
        assert_eq!(fault.reason(), Reason::VersionNotFound);
        assert_eq!(fault.metadata()["version"], "v9");
        let request = pb::GetFileRequest {
            app: "orders".to_owned(),
            path: "none.txt".to_owned(),
            ..Default::default()
        };
        let fault = node.refused(client.get_file(request)).await;
        assert_eq!(fault.reason(), Reason::DocumentNotFound);
        let request = pb::GetChangeRequest { name: "v9".to_owned(), ..Default::default() };
        let fault = node.refused(client.get_change(request)).await;
        assert_eq!(fault.reason(), Reason::ChangeNotFound);
        let mut sources = node.sources.clone();
        let name = "none".to_owned();
        let request = pb::GetSourceRequest { name: name.clone() };
        let fault = node.refused(sources.get_source(request)).await;
        assert_eq!(fault.reason(), Reason::SourceNotFound);
        let fault = node.refused(sources.sync_source(pb::SyncSourceRequest { name })).await;
        assert_eq!(fault.reason(), Reason::SourceNotFound);
        node.stop().await;
    }

    async fn a_token_of_another_store_or_of_the_future_is_unknown(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut client = node.config.clone();
        let token = client.put_document(put("orders", "", "a: 1")).await.unwrap().into_inner().token;
        let (store, _) = token.split_once(':').unwrap();
        let elsewhere = format!("{}:1", "0".repeat(32));
        for token in [format!("{store}:2"), elsewhere] {
            let fault = node.refused(client.get_config(config("orders", "", &token))).await;
            assert_eq!(fault.reason(), Reason::RevisionUnknown, "{token}");
            let request = pb::WatchLogRequest { after: token, ..Default::default() };
            let fault = node.refused(client.watch_log(request)).await;
            assert_eq!(fault.reason(), Reason::RevisionUnknown);
        }
        for token in ["1", "x:1", ":", "\u{e4}"] {
            let fault = node.refused(client.get_config(config("orders", "", token))).await;
            assert_eq!(fault.reason(), Reason::InvalidArgument, "{token}");
            assert_eq!(fault.fields()[0].field, "min_token");
        }
        node.stop().await;
    }

    async fn bad_names_and_paths_are_refused(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut client = node.config.clone();
        for app in ["", "a/b", "..", "a b"] {
            let fault = node.refused(client.get_config(config(app, "", ""))).await;
            assert_eq!(fault.reason(), Reason::InvalidName, "{app:?}");
            assert_eq!(fault.fields()[0].field, "app");
        }
        for path in ["", "../secret", "/etc/passwd", "a/../../b", "a\0b"] {
            let request = pb::GetFileRequest {
                app: "orders".to_owned(),
                path: path.to_owned(),
                ..Default::default()
            };
            let fault = node.refused(client.get_file(request)).await;
            assert_eq!(fault.reason(), Reason::InvalidName, "{path:?}");
            assert_eq!(fault.fields()[0].field, "path");
        }
        let mut request = config("orders", "", "");
        request.profiles = vec!["p".to_owned(); 33];
        let fault = node.refused(client.get_config(request)).await;
        assert_eq!(fault.fields()[0].field, "profiles");
        node.stop().await;
    }

    async fn pages_that_nobody_gave_are_refused(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut client = node.config.clone();
        let request = pb::ListDocumentsRequest { page_size: 1001, ..Default::default() };
        let fault = node.refused(client.list_documents(request)).await;
        assert_eq!(fault.fields()[0].field, "page_size");
        for token in ["x", "zz", "ff", "6d61696e"] {
            let request = pb::ListDocumentsRequest {
                page_token: token.to_owned(),
                ..Default::default()
            };
            let fault = node.refused(client.list_documents(request)).await;
            assert_eq!(fault.reason(), Reason::InvalidArgument, "{token}");
            assert_eq!(fault.fields()[0].field, "page_token");
        }
        let request = pb::ListChangesRequest { state: 99, ..Default::default() };
        let fault = node.refused(client.list_changes(request)).await;
        assert_eq!(fault.fields()[0].field, "state");
        node.stop().await;
    }
}
