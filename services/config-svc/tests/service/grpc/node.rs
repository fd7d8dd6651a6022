//! The service with a client, over one of the ways.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tempfile::TempDir;
use tonic::{Response, Status};
use vortex_config_svc::{ReleasePolicy, Settings, StoreLocation, start};
use vortex_kit::{
    channel::{Channel, Options},
    clock::{Clock, Manual, System},
    error::Fault,
    grpc::Methods,
    process::{Runtime, shut_down},
};
use vortex_proto::{
    access::v1::key_service_client::KeyServiceClient,
    config::v1::{
        self as pb, config_service_client::ConfigServiceClient,
        freeze_service_client::FreezeServiceClient, override_service_client::OverrideServiceClient,
        source_service_client::SourceServiceClient, split_service_client::SplitServiceClient,
    },
};

pub(crate) type Client = ConfigServiceClient<Channel>;
pub(crate) type SourcesClient = SourceServiceClient<Channel>;
pub(crate) type SplitsClient = SplitServiceClient<Channel>;
pub(crate) type FreezesClient = FreezeServiceClient<Channel>;
pub(crate) type KeysClient = KeyServiceClient<Channel>;
pub(crate) type OverridesClient = OverrideServiceClient<Channel>;

/// A way from a client to a server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    InProcess,
    Network,
}

/// A service with a client.
pub(crate) struct Node {
    pub(crate) runtime: Runtime,
    pub(crate) channel: Channel,
    pub(crate) config: Client,
    pub(crate) sources: SourcesClient,
    pub(crate) splits: SplitsClient,
    pub(crate) freezes: FreezesClient,
    pub(crate) overrides: OverridesClient,
    pub(crate) keys: KeysClient,
}

impl Node {
    /// A service on a new folder, which goes with the first of the pair.
    pub(crate) async fn new(way: Way) -> (TempDir, Self) {
        let folder = tempfile::tempdir().unwrap();
        let node = Self::start(way, settings(&folder)).await;
        (folder, node)
    }

    pub(crate) async fn start(way: Way, settings: Settings) -> Self {
        Self::start_by(way, settings, System::shared()).await
    }

    /// A service in a time that is moved by hand.
    pub(crate) async fn start_at(way: Way, settings: Settings, clock: &Manual) -> Self {
        Self::start_by(way, settings, Arc::new(clock.clone())).await
    }

    async fn start_by(way: Way, settings: Settings, clock: Arc<dyn Clock>) -> Self {
        let runtime = Runtime::new("config-svc", "0.1.0", clock);
        let server = start(settings, &runtime).await.unwrap();
        runtime.health.set_ready();
        let channel = match way {
            Way::InProcess => server.channel(),
            Way::Network => {
                let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
                connect(server.listen(any_port).unwrap(), &runtime)
            }
        };
        Self::of(runtime, channel)
    }

    /// A service that was started, behind a channel.
    pub(crate) fn of(runtime: Runtime, channel: Channel) -> Self {
        Self {
            channel: channel.clone(),
            config: ConfigServiceClient::new(channel.clone()),
            sources: SourceServiceClient::new(channel.clone()),
            splits: SplitServiceClient::new(channel.clone()),
            freezes: FreezeServiceClient::new(channel.clone()),
            overrides: OverrideServiceClient::new(channel.clone()),
            keys: KeyServiceClient::new(channel),
            runtime,
        }
    }

    /// The log's end, as text.
    pub(crate) async fn head(&self) -> String {
        let request = pb::ListChangesRequest::default();
        let listed = self.config.clone().list_changes(request).await;
        listed.unwrap().into_inner().token
    }

    /// Makes a call that is refused, and changes nothing.
    pub(crate) async fn refused<T: std::fmt::Debug>(
        &self,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) -> Fault {
        let before = self.head().await;
        let status = call.await.expect_err("it is refused");
        assert!(Fault::is_in(&status), "{status:?}");
        assert_eq!(self.head().await, before, "something was written");
        Fault::from_status(&status)
    }

    /// Ends in order.
    pub(crate) async fn stop(self) {
        let healths = [self.runtime.health.clone()];
        let timeout = Duration::from_secs(20);
        let stopped = shut_down(&healths, &self.runtime.lifecycle, Duration::ZERO, timeout).await;
        assert!(stopped.unfinished.is_empty(), "{stopped:?}");
    }
}

pub(crate) fn connect(address: SocketAddr, runtime: &Runtime) -> Channel {
    let target = format!("http://{address}").parse().unwrap();
    let methods = Methods::from_descriptors(vortex_proto::DESCRIPTORS).unwrap();
    let options = Options::default();
    Channel::connect(&target, Arc::new(methods), options, &runtime.lifecycle)
}

/// A service without sources, in a folder.
pub(crate) fn settings(folder: impl AsRef<Path>) -> Settings {
    let folder = folder.as_ref();
    Settings {
        store: StoreLocation::Embedded(folder.join("store")),
        git: None,
        git_name: Settings::default_git_name(),
        git_poll: Duration::from_secs(3600),
        git_timeout: Settings::DEFAULT_GIT_TIMEOUT,
        git_release: ReleasePolicy::Auto,
        git_mirror: Some(folder.join("mirror")),
        cluster: Default::default(),
        git_credentials_file: None,
        git_search_paths: Vec::new(),
        overrides_file: None,
        ciphers: Default::default(),
        own_key: Default::default(),
    }
}

/// The document of an application and profile on `main`.
pub(crate) fn document(app: &str, profile: &str) -> Option<pb::DocumentRef> {
    Some(pb::DocumentRef {
        app: app.to_owned(),
        profile: profile.to_owned(),
        label: String::new(),
    })
}

/// A write of YAML.
pub(crate) fn put(app: &str, version: &str, content: &str) -> pb::PutDocumentRequest {
    pb::PutDocumentRequest {
        document: document(app, ""),
        content: content.to_owned().into(),
        version: version.to_owned(),
        ..Default::default()
    }
}

/// One document of a change set.
pub(crate) fn written(path: &str, content: &str) -> pb::DocumentWrite {
    pb::DocumentWrite {
        path: path.to_owned(),
        change: Some(pb::document_write::Change::Content(
            content.to_owned().into(),
        )),
        ..Default::default()
    }
}

/// A change set.
pub(crate) fn change(version: &str, documents: Vec<pb::DocumentWrite>) -> pb::ApplyChangeRequest {
    pb::ApplyChangeRequest {
        version: version.to_owned(),
        documents,
        ..Default::default()
    }
}

/// One test, once for each way.
macro_rules! both_ways {
    ($($(#[$attribute:meta])* async fn $name:ident($way:ident: Way) $body:block)+) => {$(
        mod $name {
            use super::*;

            async fn run($way: Way) $body

            $(#[$attribute])*
            #[tokio::test]
            async fn in_process() {
                run(Way::InProcess).await;
            }

            $(#[$attribute])*
            #[tokio::test]
            async fn over_a_network() {
                run(Way::Network).await;
            }
        }
    )+};
}
pub(crate) use both_ways;
