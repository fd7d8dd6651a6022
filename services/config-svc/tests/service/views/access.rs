//! Who may follow what.

use std::net::SocketAddr;

use vortex_access::Credential;
use vortex_config_svc::start;
use vortex_kit::{
    channel::Channel,
    clock::System,
    context::Context,
    error::{Fault, Reason},
    process::Runtime,
    settings::AccessSettings,
};
use vortex_proto::{access::v1 as access, config::v1 as pb};

use super::{Stream, view, write};
use crate::grpc::{Node, connect, settings};

/// A service that lets nobody in without a key, and the way to it from outside.
async fn guarded(folder: &tempfile::TempDir) -> (Node, SocketAddr) {
    let required = AccessSettings {
        require_keys: true,
        ..AccessSettings::default()
    };
    let runtime = Runtime::guarded("config-svc", "0.1.0", System::shared(), required);
    let server = start(settings(folder), &runtime).await.unwrap();
    runtime.health.set_ready();
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let address = server.listen(any_port).unwrap();
    (Node::of(runtime, server.channel()), address)
}

fn showing(channel: Channel, key: &str) -> Channel {
    let key = Credential::Key(key.parse().unwrap());
    channel.showing(key.into())
}

#[tokio::test]
async fn a_view_that_the_key_may_not_read_is_refused_and_the_stream_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address) = guarded(&folder).await;
    let create = access::CreateKeyRequest {
        name: "orders".to_owned(),
        grants: vec![access::Grant {
            role: "reader".to_owned(),
            scopes: vec!["orders/**".to_owned()],
        }],
        ..Default::default()
    };
    // in the process' own work anything may be done
    let created = Context::root().scope(async {
        write(&node, "orders", "v1", "a: 1").await;
        let created = node.keys.clone().create_key(create).await;
        created.unwrap().into_inner()
    });
    let created = created.await;
    let channel = showing(connect(address, &node.runtime), &created.key);
    let outside = Node::of(node.runtime.clone(), channel);
    let mut stream = Context::root().scope(Stream::open(&outside)).await;
    stream.add(view(1, "billing")).await;
    let refused = stream.fault().await;
    assert_eq!((refused.number, &*refused.reason), (1, "PERMISSION_DENIED"));
    stream.add(view(2, "orders")).await;
    assert_eq!(stream.state().await.number, 2);
    // who loses the key loses the stream
    let id = created.description.unwrap().id;
    let revoke = access::RevokeKeyRequest {
        id,
        ..Default::default()
    };
    let mut keys = node.keys.clone();
    let revoking = keys.revoke_key(revoke);
    Context::root().scope(revoking).await.unwrap();
    let fault = Fault::from_status(&stream.end().await);
    assert_eq!(fault.reason(), Reason::Unauthenticated);
    drop(stream);
    node.stop().await;
}

#[tokio::test]
async fn a_stranger_follows_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (node, address) = guarded(&folder).await;
    let outside = connect(address, &node.runtime);
    let mut client = pb::config_service_client::ConfigServiceClient::new(outside);
    let opening = client.watch_views(tokio_stream::pending());
    let status = Context::root().scope(opening).await.unwrap_err();
    assert_eq!(
        Fault::from_status(&status).reason(),
        Reason::Unauthenticated
    );
    node.stop().await;
}
