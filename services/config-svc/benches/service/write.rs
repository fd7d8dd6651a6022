//! Durable writes of documents by gRPC, in process.

use std::time::Duration;

use futures::future::join_all;
use vortex_config_svc::{ReleasePolicy, Settings, StoreLocation, start};
use vortex_kit::{
    channel::Channel,
    clock::{Clock as _, System},
    process::Runtime,
};
use vortex_proto::config::v1::{self as pb, config_service_client::ConfigServiceClient};

const ROUND: Duration = Duration::from_secs(3);

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new("config-svc", "0.1.0", System::shared());
    let settings = Settings {
        store: StoreLocation::Embedded(folder.path().join("store")),
        git: None,
        git_name: Settings::default_git_name(),
        git_poll: Duration::from_secs(3600),
        git_timeout: Settings::DEFAULT_GIT_TIMEOUT,
        git_release: ReleasePolicy::Auto,
        git_mirror: None,
        cluster: Default::default(),
        git_credentials_file: None,
        git_search_paths: Vec::new(),
        overrides_file: None,
        ciphers: Default::default(),
        own_key: Default::default(),
    };
    let server = start(settings, &runtime).await.unwrap();
    runtime.health.set_ready();
    for callers in [1, 64] {
        let clock = System::new();
        let calls = (0..callers).map(|caller| {
            let client = ConfigServiceClient::new(server.channel());
            tokio::spawn(call(client, clock, format!("app-{callers}-{caller}")))
        });
        let done: u64 = join_all(calls).await.into_iter().map(Result::unwrap).sum();
        let rate = done as f64 / clock.monotonic().as_secs_f64();
        println!("write, {callers} callers: {rate:.0} durable documents/s");
    }
    runtime.lifecycle.stop(Duration::from_secs(10)).await;
}

/// Writes one document again and again.
async fn call(mut client: ConfigServiceClient<Channel>, clock: System, app: String) -> u64 {
    let mut done = 0;
    while clock.monotonic() < ROUND {
        let request = pb::PutDocumentRequest {
            document: Some(pb::DocumentRef {
                app: app.clone(),
                ..Default::default()
            }),
            content: format!("round: {done}\nfiller: {}\n", "x".repeat(80)).into(),
            ..Default::default()
        };
        client.put_document(request).await.unwrap();
        done += 1;
    }
    done
}
