//! Encrypted values: stored as they are written, served as what they stand for.

use std::{fs, os::unix::fs::PermissionsExt as _};

use serde_json::{Value, json};
use tempfile::TempDir;
use vortex_kit::error::Reason;
use vortex_proto::config::v1 as pb;
use vortex_proto::config::v1::cipher_service_client::CipherServiceClient;

use super::{Node, Way, both_ways, document, put, settings};

/// A service with a key, or without one.
async fn node(way: Way, key: Option<&str>, pass_through: bool) -> (TempDir, Node) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(&folder);
    settings.ciphers.encrypt_pass_through = pass_through;
    if let Some(key) = key {
        let file = folder.path().join("encrypt.key");
        fs::write(&file, key).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        settings.ciphers.encrypt_key_file = Some(file);
    }
    let node = Node::start(way, settings).await;
    (folder, node)
}

fn ciphers(node: &Node) -> CipherServiceClient<vortex_kit::channel::Channel> {
    CipherServiceClient::new(node.channel.clone())
}

async fn encrypted(node: &Node, text: &str) -> String {
    let text = text.to_owned();
    let reply = ciphers(node).encrypt(pb::EncryptRequest { text }).await;
    reply.unwrap().into_inner().cipher_text
}

async fn environment(node: &Node, origins: bool) -> Value {
    let request = pb::GetEnvironmentRequest {
        view: Some(pb::View {
            apps: vec!["orders".to_owned()],
            profiles: vec!["default".to_owned()],
            ..Default::default()
        }),
        origins,
        ..Default::default()
    };
    let reply = node.config.clone().get_environment(request).await;
    serde_json::from_slice(&reply.unwrap().into_inner().sources[0].properties).unwrap()
}

async fn effective(node: &Node) -> Value {
    let request = pb::GetConfigRequest {
        app: "orders".to_owned(),
        ..Default::default()
    };
    let reply = node.config.clone().get_config(request).await;
    serde_json::from_slice(&reply.unwrap().into_inner().config).unwrap()
}

both_ways! {
    async fn a_value_is_served_as_what_it_stands_for_and_stored_as_it_is_written(way: Way) {
        let (_folder, node) = node(way, Some("a key"), false).await;
        let cipher_text = encrypted(&node, "secret").await;
        let written = format!(
            "{{\"db\": {{\"password\": \"{{cipher}}{cipher_text}\"}}, \"bad\": \"{{cipher}}dead\"}}"
        );
        node.config
            .clone()
            .put_document(put("orders", "v1", &written))
            .await
            .unwrap();
        assert_eq!(
            environment(&node, false).await,
            json!({"db.password": "secret", "invalid.bad": "<n/a>"})
        );
        assert_eq!(environment(&node, true).await, environment(&node, false).await);
        assert_eq!(
            effective(&node).await,
            json!({"db": {"password": "secret"}, "invalid": {"bad": "<n/a>"}})
        );
        let request = pb::GetDocumentRequest {
            document: document("orders", ""),
            ..Default::default()
        };
        let stored = node.config.clone().get_document(request).await.unwrap();
        assert_eq!(stored.into_inner().content, written);
    }
}

#[tokio::test]
async fn values_are_passed_through_where_that_is_wanted() {
    let (_folder, node) = node(Way::InProcess, None, true).await;
    let written = r#"{"a": "{cipher}dead"}"#;
    node.config
        .clone()
        .put_document(put("orders", "v1", written))
        .await
        .unwrap();
    let served: Value = serde_json::from_str(written).unwrap();
    assert_eq!(environment(&node, false).await, served);
}

#[tokio::test]
async fn what_cant_be_encrypted_or_decrypted_is_told() {
    let (_folder, with_key) = node(Way::Network, Some("a key"), false).await;
    let decrypt = async |node: &Node, cipher_text: &str| {
        let cipher_text = cipher_text.to_owned();
        ciphers(node)
            .decrypt(pb::DecryptRequest { cipher_text })
            .await
    };
    let cipher_text = format!("{{cipher}}{}", encrypted(&with_key, "x").await);
    let text = decrypt(&with_key, &cipher_text).await.unwrap();
    assert_eq!(text.into_inner().text, "x");
    let reason = |status: tonic::Status| vortex_kit::error::Fault::from(status).reason();
    let refused = decrypt(&with_key, "deadbeef").await.unwrap_err();
    assert_eq!(reason(refused), Reason::CipherInvalid);
    let mut client = ciphers(&with_key);
    let public = client.get_public_key(pb::GetPublicKeyRequest {}).await;
    assert_eq!(reason(public.unwrap_err()), Reason::CipherKeyNotFound);
    let (_folder, without) = node(Way::Network, None, false).await;
    let refused = decrypt(&without, &cipher_text).await.unwrap_err();
    assert_eq!(reason(refused), Reason::CipherKeyNotFound);
}
