//! What instances should run, as a real config-svc says.

use std::{path::PathBuf, time::Duration};

use vortex_kit::{channel::Channel, clock::System, process::Runtime};
use vortex_proto::{
    config::v1::{
        self as config, config_service_client::ConfigServiceClient,
        split_service_client::SplitServiceClient,
    },
    heartbeat::v1 as pb,
};

use crate::ingest::{Around, Ingest, heartbeat, until};

fn settings(store: PathBuf) -> vortex_config_svc::Settings {
    vortex_config_svc::Settings {
        store: vortex_config_svc::StoreLocation::Embedded(store),
        git: None,
        git_name: vortex_config_svc::Settings::default_git_name(),
        git_poll: Duration::from_secs(3_600),
        git_timeout: vortex_config_svc::Settings::DEFAULT_GIT_TIMEOUT,
        git_release: vortex_config_svc::ReleasePolicy::Auto,
        git_mirror: None,
        cluster: Default::default(),
        git_credentials_file: None,
        git_search_paths: Vec::new(),
        overrides_file: None,
        ciphers: Default::default(),
        own_key: Default::default(),
    }
}

/// Writes a version of `orders`, and answers the position of the log.
async fn put(channel: &Channel, version: &str, stage_only: bool) -> String {
    let write = config::PutDocumentRequest {
        document: Some(config::DocumentRef {
            app: "orders".to_owned(),
            ..Default::default()
        }),
        content: format!("version: {version}").into(),
        version: version.to_owned(),
        stage_only,
        ..Default::default()
    };
    let mut client = ConfigServiceClient::new(channel.clone());
    client.put_document(write).await.unwrap().into_inner().token
}

/// Waits until an instance that runs a version is told to run one.
async fn told(ingest: &Ingest, instance: &str, runs: &str, version: &str) -> pb::HeartbeatReply {
    let mut reply = pb::HeartbeatReply::default();
    until("it is known what should run", async || {
        let report = pb::Heartbeat {
            version: runs.to_owned(),
            ..heartbeat(instance, 0)
        };
        reply = ingest.report(report).await.unwrap();
        reply.expected_version == version
    })
    .await;
    reply
}

#[tokio::test]
async fn instances_are_told_what_is_released_and_what_is_rolled_out() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new("config-svc", "0.1.0", System::shared());
    let settings = settings(folder.path().join("config"));
    let config = vortex_config_svc::start(settings, &runtime).await.unwrap();
    let channel = config.channel();
    put(&channel, "v1", false).await;
    let around = Around::new().await;
    let ingest = around.start_over(channel.clone(), |_| {}).await;
    let reply = told(&ingest, "pod-1", "v1", "v1").await;
    assert!(!reply.drift && reply.expected_assignments.is_empty());
    // everybody but one is in the canary
    let token = put(&channel, "v2", true).await;
    let (_, position) = token.split_once(':').unwrap();
    let split = config::SetSplitRequest {
        id: "r1".to_owned(),
        label: "main".to_owned(),
        change_sequence: position.parse().unwrap(),
        percentage: 100.0,
        unit: config::SplitUnit::Instance.into(),
        generation: 1,
        exclude: vec!["pod-2".to_owned()],
        ..Default::default()
    };
    let mut splits = SplitServiceClient::new(channel.clone());
    splits.set_split(split).await.unwrap();
    let canary = told(&ingest, "pod-1", "v2", "v2").await;
    let arms = |reply: &pb::HeartbeatReply| {
        let assignments = reply.expected_assignments.iter();
        assignments
            .map(|given| (given.split.clone(), given.arm(), given.forced))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        arms(&canary),
        [("r1".to_owned(), config::Arm::Canary, false)]
    );
    let stable = told(&ingest, "pod-2", "v1", "v1").await;
    assert_eq!(
        arms(&stable),
        [("r1".to_owned(), config::Arm::Stable, true)]
    );
    assert!(!canary.drift && !stable.drift);
    let lost = told(&ingest, "pod-3", "never-served", "v2").await;
    assert!(lost.drift);
    ingest.stop().await;
}
