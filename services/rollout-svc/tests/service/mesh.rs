//! rollout-svc and config-svc in this process, with a link between them.

mod configuration;
mod waiting;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use tempfile::TempDir;
use tonic::{Response, Status};
use vortex_kit::{
    channel::Channel,
    clock::{Clock, System},
    error::Fault,
    grpc::Server,
    process::{Runtime, shut_down},
};
use vortex_proto::{
    config::v1::{
        self as config, config_service_client::ConfigServiceClient,
        config_service_server::ConfigServiceServer, freeze_service_server::FreezeServiceServer,
        source_service_client::SourceServiceClient, source_service_server::SourceServiceServer,
        split_service_client::SplitServiceClient, split_service_server::SplitServiceServer,
    },
    drift::v1::drift_service_server::DriftServiceServer,
    rollout::v1::{self as pb, rollout_service_client::RolloutServiceClient},
};
use vortex_rollout_svc::{Settings, StoreLocation};
use vortex_tests::Repository;

use crate::{
    drift::Drift,
    line::{Freezes, Line, Sources},
    link::Link,
};

/// How long a condition is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(5);

pub(crate) type Client = RolloutServiceClient<Channel>;

/// rollout-svc over config-svc, with the link between them.
pub(crate) struct Mesh {
    folder: TempDir,
    config_runtime: Runtime,
    pub(crate) config: ConfigServiceClient<Channel>,
    pub(crate) splits: SplitServiceClient<Channel>,
    sources: SourceServiceClient<Channel>,
    pub(crate) link: Link,
    pub(crate) freezes: Freezes,
    pub(crate) drift: Drift,
    linked: Channel,
    drifting: Channel,
    /// How often rollout-svc has listed sources.
    pub(crate) lists: Arc<AtomicUsize>,
    /// Those of rollout-svc.
    settings: Settings,
    runtime: Runtime,
    pub(crate) rollouts: Client,
}

impl Mesh {
    /// Starts both with a good link.
    pub(crate) async fn new() -> Self {
        Self::over(0, 0, |_| {}).await
    }

    /// Starts both with other settings and a link on which `bad` in ten effects go wrong.
    pub(crate) async fn over(bad: u8, seed: u64, change: impl Fn(&mut Settings)) -> Self {
        Self::start(None, bad, seed, change).await
    }

    /// Starts both with a good link, and a repository whose first commit is served and whose other
    /// commits are rolled out.
    pub(crate) async fn fed(repository: &Repository, change: impl Fn(&mut Settings)) -> Self {
        let mesh = Self::start(Some(repository), 0, 0, change).await;
        mesh.look().await;
        mesh
    }

    async fn start(
        repository: Option<&Repository>,
        bad: u8,
        seed: u64,
        change: impl Fn(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config_runtime = Runtime::new("config-svc", "0.1.0", System::shared());
        let mut settings = config_settings(folder.path().join("config"));
        settings.git = repository.map(|repository| repository.path().into());
        let config = vortex_config_svc::start(settings, &config_runtime)
            .await
            .unwrap();
        let link = Link::new(config.channel(), bad, seed);
        let freezes = Freezes::new(config.channel());
        let sources = Sources::new(config.channel());
        let lists = sources.lists();
        let linked = Server::builder(&config_runtime)
            .descriptors(vortex_proto::DESCRIPTORS)
            .service(SplitServiceServer::new(link.clone()))
            .service(ConfigServiceServer::new(Line::new(config.channel())))
            .service(FreezeServiceServer::new(freezes.clone()))
            .service(SourceServiceServer::new(sources))
            .build()
            .await
            .unwrap()
            .channel();
        let drift = Drift::default();
        let drifting = Server::builder(&config_runtime)
            .descriptors(vortex_proto::DESCRIPTORS)
            .service(DriftServiceServer::new(drift.clone()))
            .build()
            .await
            .unwrap()
            .channel();
        let mut settings = settings_in(&folder);
        change(&mut settings);
        let (runtime, rollouts) =
            start_service(settings.clone(), linked.clone(), drifting.clone()).await;
        Self {
            settings,
            lists,
            config: ConfigServiceClient::new(config.channel()),
            splits: SplitServiceClient::new(config.channel()),
            sources: SourceServiceClient::new(config.channel()),
            folder,
            config_runtime,
            link,
            freezes,
            drift,
            linked,
            drifting,
            runtime,
            rollouts,
        }
    }

    /// Ends rollout-svc, and starts it again on its store.
    pub(crate) async fn restart(self) -> Self {
        self.restart_after(async |_| {}).await
    }

    /// Does the same, and calls a function in between.
    pub(crate) async fn restart_after(self, between: impl AsyncFnOnce(&Self)) -> Self {
        stop(&self.runtime).await;
        between(&self).await;
        let (settings, drifting) = (self.settings.clone(), self.drifting.clone());
        let (runtime, rollouts) = start_service(settings, self.linked.clone(), drifting).await;
        Self {
            runtime,
            rollouts,
            ..self
        }
    }

    pub(crate) async fn stop(self) {
        stop(&self.runtime).await;
        stop(&self.config_runtime).await;
    }

    /// Ends both, and leaves rollout-svc's store at `store`.
    pub(crate) async fn stop_and_keep(self, store: &Path) {
        stop(&self.runtime).await;
        stop(&self.config_runtime).await;
        std::fs::rename(store_in(&self.folder), store).unwrap();
    }

    /// Waits until a change set has a rollout.
    pub(crate) async fn rollout_of(&self, change: &str) -> pb::Rollout {
        self.rollout_where(|rollout| rollout.change == change).await
    }

    /// Waits until a rollout matches.
    pub(crate) async fn rollout_where(&self, wanted: impl Fn(&pb::Rollout) -> bool) -> pb::Rollout {
        let found = async {
            loop {
                let request = pb::ListRolloutsRequest::default();
                let listed = self.rollouts.clone().list_rollouts(request).await.unwrap();
                let mut rollouts = listed.into_inner().rollouts.into_iter();
                if let Some(found) = rollouts.find(&wanted) {
                    return found;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, found)
            .await
            .expect("it is started")
    }

    /// Waits until a condition holds.
    pub(crate) async fn until(&self, holds: impl AsyncFn() -> bool) {
        let waiting = async {
            while !holds().await {
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("it comes in time");
    }

    /// The metrics of rollout-svc.
    pub(crate) fn metrics(&self) -> String {
        self.runtime.metrics.render()
    }

    /// What rollout-svc says of itself.
    pub(crate) fn degradations(&self) -> BTreeMap<String, String> {
        self.runtime.health.snapshot().degradations
    }

    /// Waits until a check of `/health` has a matching message.
    pub(crate) async fn complaint(&self, check: &str) -> String {
        let complains = async {
            loop {
                let report = self.runtime.health.snapshot();
                if let Some(why) = report.degradations.get(check) {
                    return why.clone();
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, complains)
            .await
            .expect("it complains")
    }

    /// The stable version.
    pub(crate) async fn stable(&self, app: &str) -> String {
        let request = config::GetDocumentRequest {
            document: Some(config::DocumentRef {
                app: app.to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let found = self.config.clone().get_document(request).await.unwrap();
        found.into_inner().version
    }

    /// config-svc's split of a rollout.
    pub(crate) async fn split(&self, id: &str) -> config::Split {
        let request = config::GetSplitRequest { id: id.to_owned() };
        let found = self.splits.clone().get_split(request).await.unwrap();
        found.into_inner().split.unwrap()
    }

    pub(crate) async fn create(&self, request: pb::CreateRolloutRequest) -> pb::Rollout {
        let created = self.rollouts.clone().create_rollout(request).await;
        created.unwrap().into_inner().rollout.unwrap()
    }

    pub(crate) async fn get(&self, id: &str) -> pb::Rollout {
        let request = pb::GetRolloutRequest { id: id.to_owned() };
        let found = self.rollouts.clone().get_rollout(request).await;
        found.unwrap().into_inner().rollout.unwrap()
    }

    pub(crate) async fn analysis(&self, id: &str) -> pb::AnalysisStatus {
        let request = pb::GetAnalysisRequest { id: id.to_owned() };
        let found = self.rollouts.clone().get_analysis(request).await;
        found.unwrap().into_inner().analysis.unwrap()
    }

    pub(crate) async fn audit(&self, id: &str) -> Vec<pb::AuditEntry> {
        let request = pb::ListAuditRequest {
            id: id.to_owned(),
            ..Default::default()
        };
        let found = self.rollouts.clone().list_audit(request).await;
        found.unwrap().into_inner().entries
    }

    /// The actions in a rollout's audit, one word each.
    pub(crate) async fn actions(&self, id: &str) -> Vec<String> {
        self.audit(id)
            .await
            .into_iter()
            .map(|entry| entry.action)
            .collect()
    }
}

/// The error with which a call is refused.
pub(crate) async fn refusal<T: std::fmt::Debug>(
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Fault {
    let status = call.await.expect_err("it is refused");
    assert!(Fault::is_in(&status), "{status:?}");
    Fault::from_status(&status)
}

pub(crate) fn arm(arm: &str, requests: u64, errors: u64) -> pb::ArmReport {
    pb::ArmReport {
        of: Some(pb::arm_report::Of::Arm(arm.to_owned())),
        requests,
        errors,
        ..Default::default()
    }
}

/// A rollout of `v2` of an application's document, at 10 % and then for everyone, judged ten times
/// a second.
pub(crate) fn rollout(app: &str) -> pb::CreateRolloutRequest {
    let stage = |percentage| pb::Stage {
        percentage,
        ..Default::default()
    };
    let interval = prost_types::Duration {
        seconds: 0,
        nanos: 100_000_000,
    };
    pb::CreateRolloutRequest {
        target: Some(pb::create_rollout_request::Target::Document(
            pb::DocumentTarget {
                app: app.to_owned(),
                from_version: "v1".to_owned(),
                to_version: "v2".to_owned(),
                ..Default::default()
            },
        )),
        stages: vec![stage(10.0), stage(100.0)],
        analysis: Some(pb::Analysis {
            interval: Some(interval),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The same rollout, started, which does nothing by itself.
pub(crate) fn by_hand(app: &str) -> pb::CreateRolloutRequest {
    pb::CreateRolloutRequest {
        start: true,
        auto_promote: Some(false),
        ..rollout(app)
    }
}

fn settings_in(folder: &TempDir) -> Settings {
    Settings::new(StoreLocation::Embedded(store_in(folder)))
}

fn store_in(folder: &TempDir) -> PathBuf {
    folder.path().join("rollout")
}

async fn start_service(settings: Settings, config: Channel, drift: Channel) -> (Runtime, Client) {
    start_service_at(settings, config, Some(drift), System::shared()).await
}

pub(crate) async fn start_service_at(
    settings: Settings,
    config: Channel,
    drift: Option<Channel>,
    clock: Arc<dyn Clock>,
) -> (Runtime, Client) {
    let runtime = Runtime::new("rollout-svc", "0.1.0", clock);
    let server = vortex_rollout_svc::start(settings, config, drift, &runtime)
        .await
        .unwrap();
    runtime.health.set_ready();
    (runtime, RolloutServiceClient::new(server.channel()))
}

pub(crate) async fn stop(runtime: &Runtime) {
    let healths = [runtime.health.clone()];
    let timeout = Duration::from_secs(20);
    let stopped = shut_down(&healths, &runtime.lifecycle, Duration::ZERO, timeout).await;
    assert!(stopped.unfinished.is_empty(), "{stopped:?}");
}

fn config_settings(store: PathBuf) -> vortex_config_svc::Settings {
    vortex_config_svc::Settings {
        store: vortex_config_svc::StoreLocation::Embedded(store),
        git: None,
        git_name: vortex_config_svc::Settings::default_git_name(),
        git_poll: Duration::from_secs(3_600),
        git_timeout: vortex_config_svc::Settings::DEFAULT_GIT_TIMEOUT,
        git_release: vortex_config_svc::ReleasePolicy::Rollout,
        git_mirror: None,
        cluster: Default::default(),
        git_credentials_file: None,
        git_search_paths: Vec::new(),
        overrides_file: None,
        ciphers: Default::default(),
        own_key: Default::default(),
    }
}
