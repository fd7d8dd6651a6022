//! Writes that are refused: the right reason, with what a program needs, and nothing
//! written.

use vortex_kit::error::{Fault, Reason};
use vortex_proto::config::v1 as pb;

use super::{
    Node, Way, both_ways,
    node::{change, document, put, written},
};

/// A media type, a content, and where its fault is.
type Unparsable = (&'static str, Vec<u8>, Option<(&'static str, &'static str)>);

/// A field, how it is set, and names that it does not take.
type BadNames<'a> = (
    &'static str,
    fn(&mut pb::PutDocumentRequest, String),
    &'a [&'a str],
);

/// Writes a content of `orders`, which is refused.
async fn refused(node: &Node, media_type: &str, content: impl Into<bytes::Bytes>) -> Fault {
    let request = pb::PutDocumentRequest {
        document: document("orders", ""),
        content: content.into(),
        media_type: media_type.to_owned(),
        ..Default::default()
    };
    let mut config = node.config.clone();
    node.refused(config.put_document(request)).await
}

async fn refused_change(node: &Node, documents: Vec<pb::DocumentWrite>) -> Fault {
    let mut config = node.config.clone();
    node.refused(config.apply_change(change("", documents)))
        .await
}

/// Ten levels of ten aliases each.
fn bomb() -> String {
    let mut yaml = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*l{}", level - 1); 10].join(", ");
        yaml.push_str(&format!("l{level}: &l{level} [{aliases}]\n"));
    }
    yaml
}

fn nested(open: &str, close: &str) -> String {
    format!("{}{}", open.repeat(100_000), close.repeat(100_000))
}

both_ways! {
    async fn what_does_not_parse_is_refused_with_its_place(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let yaml = "application/yaml";
        let json = "application/json";
        let place = |content: &'static str| content.as_bytes().to_vec();
        let cases: [Unparsable; 11] = [
            (yaml, place("a: 1\nb: [1, 2"), None),
            (yaml, place("a: 1\na: 2"), Some(("2", "1"))),
            (yaml, place("a: 1\nb: *none"), Some(("2", "4"))),
            (yaml, b"a: 1\nb: \xff\xfe".to_vec(), Some(("2", "4"))),
            (yaml, bomb().into_bytes(), None),
            (yaml, format!("a: {}", nested("[", "]")).into_bytes(), None),
            (json, place("{\"a\": 1,\n \"a\": 2}"), Some(("2", "2"))),
            (json, place("{\"a\": }"), Some(("1", "7"))),
            (json, place("{\"a\": 1} x"), None),
            (json, nested("[", "]").into_bytes(), None),
            ("text/x-java-properties", place("a=\\u12"), None),
        ];
        for (media_type, content, place) in cases {
            let shown: String = String::from_utf8_lossy(&content).chars().take(40).collect();
            let fault = refused(&node, media_type, content).await;
            assert_eq!(fault.reason(), Reason::DocumentMalformed, "{shown}");
            let metadata = fault.metadata();
            assert!(metadata["path"].starts_with("orders."), "{shown}");
            let found = (&*metadata["line"], &*metadata["column"]);
            assert!(found.0 != "0" && found.1 != "0", "{shown}: {found:?}");
            if let Some(place) = place {
                assert_eq!(found, place, "{shown}");
            }
            assert_eq!(fault.fields()[0].field, "content");
        }
        node.stop().await;
    }

    async fn what_is_too_large_is_refused(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let large = format!("a: {}", "x".repeat(1 << 20));
        let fault = refused(&node, "", large.clone()).await;
        assert_eq!(fault.reason(), Reason::DocumentTooLarge);
        assert_eq!(fault.metadata()["path"], "orders.yml");
        assert_eq!(fault.metadata()["bytes"], large.len().to_string());
        let fault = refused_change(&node, vec![written("a.yml", "a: 1"), written("b.yml", &large)]);
        let fault = fault.await;
        assert_eq!(fault.reason(), Reason::DocumentTooLarge);
        assert_eq!(fault.metadata()["document"], "1");
        let many = (0..10_001).map(|n| written(&format!("a{n}.yml"), "")).collect();
        assert_eq!(refused_change(&node, many).await.fields()[0].field, "documents");
        let exactly = format!("a: {}", "x".repeat((1 << 20) - 3));
        node.config.clone().put_document(put("orders", "", &exactly)).await.unwrap();
        node.stop().await;
    }

    async fn bad_and_reserved_names_are_refused_by_their_field(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let long = "x".repeat(129);
        let fields: [BadNames<'_>; 5] = [
            ("app", |r, name| r.document.as_mut().unwrap().app = name,
                &["", "a b", "a/b", "..", "\u{e4}", "a\0", &long]),
            ("profile", |r, name| r.document.as_mut().unwrap().profile = name,
                &["a b", "a/b", "..", &long]),
            ("label", |r, name| r.document.as_mut().unwrap().label = name,
                &["a//b", "/a", "a/", "../a", "a\\b", "feature/#1"]),
            ("version", |r, name| r.version = name, &["v 1", "v/1", "..", &long]),
            ("request_id", |r, name| r.request_id = name, &["r 1", "r\n", &long]),
        ];
        for (field, set, names) in fields {
            for name in names {
                let mut request = put("orders", "", "a: 1");
                set(&mut request, (*name).to_owned());
                let mut config = node.config.clone();
                let fault = node.refused(config.put_document(request)).await;
                let reason = match field {
                    "request_id" => Reason::InvalidArgument,
                    _ => Reason::InvalidName,
                };
                assert_eq!(fault.reason(), reason, "{field} {name:?}");
                assert_eq!(fault.fields()[0].field, field, "{name:?}");
            }
        }
        for reserved in ["api", "ws", "health", "metrics", "heartbeat", "encrypt", "decrypt", "monitor"] {
            let mut config = node.config.clone();
            let fault = node.refused(config.put_document(put(reserved, "", "a: 1"))).await;
            assert_eq!(fault.reason(), Reason::NameReserved, "{reserved}");
            let mut request = put("orders", "", "a: 1");
            request.document.as_mut().unwrap().label = format!("{reserved}/x");
            let fault = node.refused(config.put_document(request)).await;
            assert_eq!(fault.reason(), Reason::NameReserved, "{reserved}/x");
        }
        node.stop().await;
    }

    async fn paths_that_lead_elsewhere_are_refused(way: Way) {
        let (_folder, node) = Node::new(way).await;
        for path in ["", "../a.yml", "/a.yml", "a/../../b.yml", "sub/a.yml", "a\0.yml", "a\\b.yml",
            "a.txt", "a", ".yml", "x y.yml"] {
            let fault = refused_change(&node, vec![written(path, "a: 1")]).await;
            assert_eq!(fault.reason(), Reason::InvalidName, "{path:?}");
            assert_eq!(fault.fields()[0].field, "path", "{path:?}");
            assert_eq!(fault.metadata()["document"], "0");
        }
        let fault = refused_change(&node, vec![written("api.yml", "a: 1")]).await;
        assert_eq!(fault.reason(), Reason::NameReserved);
        node.stop().await;
    }

    async fn one_stem_belongs_to_one_application_and_format(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut config = node.config.clone();
        let mut request = put("order", "", "a: 1");
        request.document = document("order", "prod");
        config.put_document(request).await.unwrap();
        let fault = node.refused(config.put_document(put("order-prod", "", "a: 2"))).await;
        assert_eq!(fault.reason(), Reason::DocumentAmbiguous);
        assert_eq!(fault.metadata()["other"], "order-prod.yml");
        let delete = pb::DeleteDocumentRequest {
            document: document("order-prod", ""),
            ..Default::default()
        };
        let fault = node.refused(config.delete_document(delete)).await;
        assert_eq!(fault.reason(), Reason::DocumentAmbiguous);
        let mut json = put("order", "", "{}");
        json.document = document("order", "prod");
        json.media_type = "application/json".to_owned();
        let fault = node.refused(config.put_document(json)).await;
        assert_eq!(fault.reason(), Reason::DocumentAmbiguous);
        assert_eq!(fault.metadata()["path"], "order-prod.json");
        let fault = refused_change(&node, vec![written("order-prod.yaml", "a: 1")]).await;
        assert_eq!(fault.reason(), Reason::DocumentAmbiguous);
        node.stop().await;
    }

    async fn what_is_stale_is_refused(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut config = node.config.clone();
        let old = config.put_document(put("orders", "v1", "a: 1")).await.unwrap().into_inner();
        config.put_document(put("orders", "v2", "a: 2")).await.unwrap();
        for (if_match, if_none_match) in [(&*old.digest, ""), ("not-a-digest", ""), ("", "*")] {
            let mut request = put("orders", "v3", "a: 3");
            request.if_match = if_match.to_owned();
            request.if_none_match = if_none_match.to_owned();
            let fault = node.refused(config.put_document(request)).await;
            assert_eq!(fault.reason(), Reason::PreconditionFailed, "{if_match}");
            assert_eq!(fault.preconditions()[0].kind, "etag");
        }
        let delete = pb::DeleteDocumentRequest {
            document: document("orders", ""),
            if_match: old.digest.clone(),
            ..Default::default()
        };
        let fault = node.refused(config.delete_document(delete)).await;
        assert_eq!(fault.reason(), Reason::PreconditionFailed);
        let release = pb::ReleaseChangeRequest {
            name: "v1".to_owned(),
            path: "orders.yml".to_owned(),
            if_match: old.digest,
            ..Default::default()
        };
        let by_document = pb::ReleaseChangeRequest {
            path: String::new(),
            document: document("orders", ""),
            ..release.clone()
        };
        for release in [release, by_document] {
            let fault = node.refused(config.release_change(release)).await;
            assert_eq!(fault.reason(), Reason::PreconditionFailed);
        }
        node.stop().await;
    }

    async fn a_release_by_a_document_is_of_a_version_it_has(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut config = node.config.clone();
        config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        config.put_document(put("payments", "v2", "p: 1")).await.unwrap();
        let release = |app, label: &str, name: &str| pb::ReleaseChangeRequest {
            name: name.to_owned(),
            document: document(app, "").map(|document| pb::DocumentRef {
                label: label.to_owned(),
                ..document
            }),
            ..Default::default()
        };
        for (request, reason) in [
            (release("orders", "", "v2"), Reason::VersionNotFound),
            (release("billing", "", "v1"), Reason::DocumentNotFound),
            (release("orders", "nowhere", "v1"), Reason::LabelNotFound),
            (release("", "", "v1"), Reason::InvalidName),
        ] {
            let fault = node.refused(config.release_change(request)).await;
            assert_eq!(fault.reason(), reason, "{fault}");
        }
        for (label, path) in [("main", ""), ("", "orders.yml")] {
            let both = pb::ReleaseChangeRequest {
                label: label.to_owned(),
                path: path.to_owned(),
                ..release("orders", "", "v1")
            };
            let fault = node.refused(config.release_change(both)).await;
            assert_eq!(fault.fields()[0].field, "document");
        }
        node.stop().await;
    }

    async fn a_name_is_not_used_for_another_content(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let mut config = node.config.clone();
        config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        let fault = node.refused(config.put_document(put("orders", "v1", "a: 2"))).await;
        assert_eq!(fault.reason(), Reason::VersionExists);
        assert_eq!(fault.metadata()["version"], "v1");
        assert_eq!(fault.metadata()["path"], "orders.yml");
        let documents = vec![written("new.yml", "a: 1"), written("orders.yml", "a: 2")];
        let fault = node.refused(config.apply_change(change("v1", documents))).await;
        assert_eq!(fault.reason(), Reason::VersionExists);
        config.put_document(put("payments", "v1", "a: 2")).await.unwrap();
        node.stop().await;
    }

    async fn a_change_set_with_one_fault_is_refused_whole(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let good = written("a.yml", "a: 1");
        let nothing = pb::DocumentWrite { path: "b.yml".to_owned(), ..Default::default() };
        let gone = pb::DocumentWrite {
            change: Some(pb::document_write::Change::Delete(true)),
            ..nothing.clone()
        };
        let mut other_type = written("b.yml", "{}");
        other_type.media_type = "application/json".to_owned();
        let cases = [
            (vec![], Reason::InvalidArgument),
            (vec![good.clone(), nothing], Reason::InvalidArgument),
            (vec![good.clone(), good.clone()], Reason::InvalidArgument),
            (vec![good.clone(), gone], Reason::DocumentNotFound),
            (vec![good.clone(), other_type], Reason::UnsupportedFormat),
            (vec![good.clone(), written("b.yml", "b: [")], Reason::DocumentMalformed),
        ];
        for (documents, reason) in cases {
            let fault = refused_change(&node, documents).await;
            assert_eq!(fault.reason(), reason);
        }
        node.stop().await;
    }

    async fn what_is_wrong_is_shown_short_however_long_it_is(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let long = "x".repeat(100_000);
        // YAML takes no longer one without a mark
        let key = "x".repeat(1_000);
        for content in [
            format!("spring.config.activate.on-profile: '& {long}& | {long}'"),
            format!("{key}: 1\n{key}: 2"),
            format!("a: !!int {long}"),
        ] {
            let fault = refused(&node, "application/yaml", content).await;
            assert_eq!(fault.reason(), Reason::DocumentMalformed);
            assert!(fault.message().len() < 512, "{fault}");
            assert!(fault.fields()[0].description.len() < 512, "{fault}");
            assert!(fault.message().contains("xxx\"… ("), "{fault}");
        }
        node.stop().await;
    }

    async fn other_requests_that_make_no_sense_are_refused(way: Way) {
        let (_folder, node) = Node::new(way).await;
        let fault = refused(&node, "text/html", "<p>").await;
        assert_eq!(fault.reason(), Reason::UnsupportedFormat);
        assert_eq!(fault.fields()[0].field, "media_type");
        let mut config = node.config.clone();
        let mut request = put("orders", "", "a: 1");
        request.message = "x".repeat(5_000);
        let fault = node.refused(config.put_document(request)).await;
        assert_eq!(fault.fields()[0].field, "message");
        let release = pb::ReleaseChangeRequest { name: "v9".to_owned(), ..Default::default() };
        let fault = node.refused(config.release_change(release)).await;
        assert_eq!(fault.reason(), Reason::ChangeNotFound);
        config.put_document(put("orders", "v1", "a: 1")).await.unwrap();
        let discard = pb::DiscardChangeRequest { name: "v1".to_owned(), ..Default::default() };
        let fault = node.refused(config.discard_change(discard)).await;
        assert_eq!(fault.reason(), Reason::ChangeReleased);
        let mut staged = put("orders", "v2", "a: 2");
        staged.stage_only = true;
        config.put_document(staged).await.unwrap();
        let discard = pb::DiscardChangeRequest { name: "v2".to_owned(), ..Default::default() };
        config.discard_change(discard).await.unwrap();
        let release = pb::ReleaseChangeRequest { name: "v2".to_owned(), ..Default::default() };
        let fault = node.refused(config.release_change(release)).await;
        assert_eq!(fault.reason(), Reason::ChangeDiscarded);
        let delete = pb::DeleteDocumentRequest {
            document: document("unknown", ""),
            ..Default::default()
        };
        let fault = node.refused(config.delete_document(delete)).await;
        assert_eq!(fault.reason(), Reason::DocumentNotFound);
        node.stop().await;
    }
}
