//! Reading: configurations, environments, files, explanations, sources.

use vortex_proto::config::v1 as pb;

use super::{
    Node, Way, both_ways,
    node::{change, put, written},
};

/// A service with an application, what it inherits, and a profile of it.
async fn node(way: Way) -> (tempfile::TempDir, Node) {
    let (folder, mut node) = Node::new(way).await;
    let documents = vec![
        written(
            "application.yml",
            "shared: true\nlist: [1, 2]\nname: nobody",
        ),
        written("orders.yml", "name: orders\ngreeting: hello ${name}"),
        written("orders-dev.yml", "list: [3]"),
    ];
    node.config
        .apply_change(change("v1", documents))
        .await
        .unwrap();
    (folder, node)
}

fn dev() -> Vec<String> {
    vec!["dev".to_owned()]
}

both_ways! {
    async fn an_effective_configuration_is_merged(way: Way) {
        let (_folder, mut node) = node(way).await;
        let request = pb::GetConfigRequest {
            app: "orders".to_owned(),
            profiles: dev(),
            ..Default::default()
        };
        let reply = node.config.get_config(request).await.unwrap().into_inner();
        let config: serde_json::Value = serde_json::from_slice(&reply.config).unwrap();
        let expected = serde_json::json!({
            "shared": true, "list": [3], "name": "orders", "greeting": "hello ${name}",
        });
        assert_eq!(config, expected);
        let sources: Vec<&str> = reply.sources.iter().map(|s| &*s.path).collect();
        assert_eq!(sources, ["orders-dev.yml", "orders.yml", "application.yml"]);
        assert!(reply.version.starts_with("v1+"), "{}", reply.version);
        assert_eq!(reply.token, node.head().await);
        node.stop().await;
    }

    async fn an_environment_lists_flat_sources(way: Way) {
        let (_folder, mut node) = node(way).await;
        let request = pb::GetEnvironmentRequest {
            view: Some(pb::View { apps: vec!["orders".to_owned()], ..Default::default() }),
            origins: true,
            ..Default::default()
        };
        let reply = node.config.get_environment(request).await.unwrap().into_inner();
        let names: Vec<&str> = reply.sources.iter().map(|s| &*s.name).collect();
        assert_eq!(names, ["orders.yml", "application.yml"]);
        let flat: serde_json::Value = serde_json::from_slice(&reply.sources[1].properties).unwrap();
        assert_eq!(flat["list[1]"]["value"], 2);
        node.stop().await;
    }

    async fn a_file_is_read_with_its_placeholders_filled(way: Way) {
        let (_folder, mut node) = node(way).await;
        let request = pb::GetFileRequest {
            app: "orders".to_owned(),
            profiles: dev(),
            path: "orders.yml".to_owned(),
            resolve_placeholders: true,
            ..Default::default()
        };
        let reply = node.config.get_file(request.clone()).await.unwrap().into_inner();
        assert_eq!((&*reply.path, &*reply.content), ("orders-dev.yml", &b"list: [3]"[..]));
        let request = pb::GetFileRequest { profiles: Vec::new(), ..request };
        let reply = node.config.get_file(request).await.unwrap().into_inner();
        assert_eq!(reply.content, "name: orders\ngreeting: hello orders");
        node.stop().await;
    }

    async fn a_configuration_is_explained(way: Way) {
        let (_folder, mut node) = node(way).await;
        let request = pb::ExplainConfigRequest {
            app: "orders".to_owned(),
            path: "name".to_owned(),
            ..Default::default()
        };
        let reply = node.config.explain_config(request).await.unwrap().into_inner();
        let [value] = &*reply.values else { panic!("{reply:?}") };
        assert_eq!((&*value.key, &*value.value), ("name", &b"\"orders\""[..]));
        let origin = value.origin.as_ref().unwrap();
        assert_eq!((&*origin.path, origin.line, origin.column), ("orders.yml", 1, 7));
        assert_eq!(value.hidden[0].origin.as_ref().unwrap().path, "application.yml");
        node.stop().await;
    }

    async fn without_sources_none_is_listed(way: Way) {
        let (_folder, mut node) = node(way).await;
        let listed = node.sources.list_sources(pb::ListSourcesRequest::default()).await.unwrap();
        assert!(listed.get_ref().sources.is_empty());
        let asked = node.sources.notify_sources(pb::NotifySourcesRequest::default()).await.unwrap();
        assert!(asked.get_ref().names.is_empty());
        node.stop().await;
    }

    async fn a_read_that_names_a_write_sees_it(way: Way) {
        let (_folder, mut node) = node(way).await;
        for n in 0..50 {
            let written = node.config.put_document(put("orders", &format!("w{n}"), &format!("n: {n}")));
            let request = pb::GetConfigRequest {
                app: "orders".to_owned(),
                min_token: written.await.unwrap().into_inner().token,
                ..Default::default()
            };
            let reply = node.config.get_config(request).await.unwrap().into_inner();
            let config: serde_json::Value = serde_json::from_slice(&reply.config).unwrap();
            assert_eq!(config["n"], n);
        }
        node.stop().await;
    }
}
