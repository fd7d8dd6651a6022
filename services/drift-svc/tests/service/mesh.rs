//! drift-svc and config-svc in this process, and an ingest that a test plays.

use std::time::Duration;

use tempfile::TempDir;
use tonic::{Response, Status};
use vortex_config_svc as config_svc;
use vortex_drift_svc::{Settings, StoreLocation};
use vortex_kit::{
    channel::Channel,
    clock::{Clock as _, Manual, System},
    error::Fault,
    process::{Runtime, shut_down},
};
use vortex_proto::{
    config::v1::{
        self as config, config_service_client::ConfigServiceClient,
        split_service_client::SplitServiceClient,
    },
    drift::v1::{self as pb, DriftState, drift_service_client::DriftServiceClient},
    heartbeat::v1 as heartbeat,
    time::timestamp,
    window::v1 as window,
};

/// How long a condition is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at a condition.
const GLANCE: Duration = Duration::from_millis(5);
/// The time between two reports of an instance, in seconds.
pub(crate) const INTERVAL: u64 = 30;

pub(crate) type Client = DriftServiceClient<Channel>;

/// drift-svc over config-svc.
pub(crate) struct Mesh {
    folder: TempDir,
    config_runtime: Runtime,
    linked: Channel,
    pub(crate) config: ConfigServiceClient<Channel>,
    pub(crate) splits: SplitServiceClient<Channel>,
    pub(crate) clock: Manual,
    pub(crate) runtime: Runtime,
    pub(crate) drift: Client,
    windows: u64,
    sequence: u64,
}

impl Mesh {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config_runtime = Runtime::new("config-svc", "0.1.0", System::shared());
        let settings = config_settings(&folder);
        let config = config_svc::start(settings, &config_runtime).await.unwrap();
        let linked = config.channel();
        let clock = Manual::starting_at("2026-11-27T12:00:00Z".parse().unwrap());
        let (runtime, drift) = start(&folder, linked.clone(), &clock).await;
        Self {
            config: ConfigServiceClient::new(linked.clone()),
            splits: SplitServiceClient::new(linked.clone()),
            folder,
            config_runtime,
            linked,
            clock,
            runtime,
            drift,
            windows: 0,
            sequence: 0,
        }
    }

    /// Ends drift-svc, and starts it again on its store.
    pub(crate) async fn restart(self) -> Self {
        stop(&self.runtime).await;
        let (runtime, drift) = start(&self.folder, self.linked.clone(), &self.clock).await;
        Self {
            runtime,
            drift,
            ..self
        }
    }

    pub(crate) async fn stop(self) {
        stop(&self.runtime).await;
        stop(&self.config_runtime).await;
    }

    /// Lets so many seconds pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Writes a version of the document of `orders`, and answers its change set's position.
    pub(crate) async fn put(&self, version: &str, stage_only: bool) -> u64 {
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
        self.config.clone().put_document(write).await.unwrap();
        let change = config::GetChangeRequest {
            name: version.to_owned(),
            ..Default::default()
        };
        let change = self.config.clone().get_change(change).await.unwrap();
        change.into_inner().change.unwrap().sequence
    }

    /// Has instances report that they run a version, in one window.
    pub(crate) async fn report(
        &mut self,
        reports: &[(String, &str)],
    ) -> pb::ReportInstancesResponse {
        self.sequence += 1;
        let sequence = self.sequence;
        let told = reports.iter().map(|(id, version)| Told {
            id: id.clone(),
            version: (*version).to_owned(),
            sequence,
            ..Told::default()
        });
        self.tell("ingest-1", told.collect()).await
    }

    /// Sends a window of an ingest.
    pub(crate) async fn tell(
        &mut self,
        ingest: &str,
        told: Vec<Told>,
    ) -> pb::ReportInstancesResponse {
        self.windows += 1;
        let request = self.window(ingest, self.windows, told);
        let taken = self.drift.clone().report_instances(request).await;
        taken.unwrap().into_inner()
    }

    pub(crate) fn window(
        &self,
        ingest: &str,
        number: u64,
        told: Vec<Told>,
    ) -> pb::ReportInstancesRequest {
        let mut texts = vec![String::new()];
        let mut text = |given: &str| {
            let known = texts.iter().position(|text| text == given);
            let place = known.unwrap_or_else(|| {
                texts.push(given.to_owned());
                texts.len() - 1
            });
            u32::try_from(place).unwrap()
        };
        let instances = told.into_iter().map(|told| pb::InstanceReport {
            version: text(&told.version),
            refused_version: text(&told.refused),
            refused_error: text(if told.refused.is_empty() {
                ""
            } else {
                "no such host"
            }),
            host: text("host-1"),
            instance_id: told.id,
            boot_id: told.boot,
            sequence: told.sequence,
            lives: 1,
            status: told.status,
            next_due_ms: u32::try_from(INTERVAL * 1_000).unwrap(),
            ..Default::default()
        });
        let instances = instances.collect();
        let now = self.clock.now();
        pb::ReportInstancesRequest {
            name: Some(window::WindowName {
                ingest: ingest.to_owned(),
                boot: 1,
                sequence: number,
                part: 0,
                parts: 1,
            }),
            time: Some(window::WindowTime {
                opened_at: Some(timestamp(now)),
                closed_at: Some(timestamp(now)),
                ..Default::default()
            }),
            texts,
            fleets: vec![pb::FleetReport {
                fleet: Some(orders()),
                assignments: Vec::new(),
                instances,
            }],
        }
    }

    /// How the fleet stands.
    pub(crate) async fn standing(&self) -> pb::FleetDrift {
        let request = pb::GetDriftRequest {
            fleet: Some(orders()),
        };
        let found = self.drift.clone().get_drift(request).await.unwrap();
        found.into_inner().drift.unwrap()
    }

    /// How many instances are in a state.
    pub(crate) async fn count(&self, state: DriftState) -> u64 {
        count(&self.standing().await, state)
    }

    /// Waits until so many instances are in a state.
    pub(crate) async fn until_count(&self, state: DriftState, wanted: u64) {
        self.until(async || self.count(state).await == wanted).await;
    }

    /// One instance.
    pub(crate) async fn instance(&self, id: &str) -> pb::Instance {
        let request = pb::GetInstanceRequest {
            fleet: Some(orders()),
            instance_id: id.to_owned(),
        };
        let found = self.drift.clone().get_instance(request).await.unwrap();
        found.into_inner().instance.unwrap()
    }

    /// All alerts, newest first.
    pub(crate) async fn alerts(&self) -> Vec<pb::Alert> {
        let request = pb::ListAlertsRequest::default();
        let listed = self.drift.clone().list_alerts(request).await.unwrap();
        listed.into_inner().alerts
    }

    /// Waits until the only alert is in a state.
    pub(crate) async fn until_alert(&self, state: pb::AlertState) -> pb::Alert {
        self.until(async || {
            let alerts = self.alerts().await;
            alerts.first().is_some_and(|alert| alert.state() == state)
        })
        .await;
        let [alert] = &self.alerts().await[..] else {
            panic!("there is more than one alert");
        };
        alert.clone()
    }

    /// Waits until a condition holds.
    pub(crate) async fn until(&self, holds: impl AsyncFn() -> bool) {
        let waiting = async {
            while !holds().await {
                tokio::time::sleep(GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.expect("it comes in time");
    }

    /// Lets time pass, half a minute at a time in which all report, until a condition holds.
    pub(crate) async fn report_until(
        &mut self,
        reports: &[(String, &str)],
        holds: impl AsyncFn(&Self) -> bool,
    ) {
        for _ in 0..200 {
            self.report(reports).await;
            // the service looks at the time twice a second
            tokio::time::sleep(Duration::from_millis(20)).await;
            if holds(self).await {
                return;
            }
            self.pass(1);
        }
        panic!("it does not come");
    }
}

/// What an instance reports.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) boot: u64,
    pub(crate) sequence: u64,
    pub(crate) refused: String,
    pub(crate) status: i32,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            id: "pod-0".to_owned(),
            version: "v1".to_owned(),
            boot: 1,
            sequence: 1,
            refused: String::new(),
            status: 0,
        }
    }
}

pub(crate) fn count(standing: &pb::FleetDrift, state: DriftState) -> u64 {
    let of_state = standing
        .states
        .iter()
        .filter(|count| count.state() == state);
    of_state.map(|count| count.instances).sum()
}

/// The fleet of the tests.
pub(crate) fn orders() -> heartbeat::Fleet {
    heartbeat::Fleet {
        app: "orders".to_owned(),
        profiles: vec!["default".to_owned()],
        label: "main".to_owned(),
    }
}

/// So many instances that run a version.
pub(crate) fn running(numbers: std::ops::Range<u32>, version: &str) -> Vec<(String, &str)> {
    numbers
        .map(|number| (format!("pod-{number:03}"), version))
        .collect()
}

/// The error with which a call is refused.
pub(crate) async fn refusal<T: std::fmt::Debug>(
    call: impl Future<Output = Result<Response<T>, Status>>,
) -> Fault {
    let status = call.await.expect_err("it is refused");
    assert!(Fault::is_in(&status), "{status:?}");
    Fault::from_status(&status)
}

async fn start(folder: &TempDir, config: Channel, clock: &Manual) -> (Runtime, Client) {
    let runtime = Runtime::new("drift-svc", "0.1.0", std::sync::Arc::new(clock.clone()));
    let settings = Settings::new(StoreLocation::Embedded(folder.path().join("drift")));
    let server = vortex_drift_svc::start(settings, config, &runtime)
        .await
        .unwrap();
    runtime.health.set_ready();
    (runtime, DriftServiceClient::new(server.channel()))
}

async fn stop(runtime: &Runtime) {
    let healths = [runtime.health.clone()];
    let timeout = Duration::from_secs(20);
    let stopped = shut_down(&healths, &runtime.lifecycle, Duration::ZERO, timeout).await;
    assert!(stopped.unfinished.is_empty(), "{stopped:?}");
}

fn config_settings(folder: &TempDir) -> config_svc::Settings {
    config_svc::Settings {
        store: config_svc::StoreLocation::Embedded(folder.path().join("config")),
        git: None,
        git_name: config_svc::Settings::default_git_name(),
        git_poll: Duration::from_secs(3_600),
        git_timeout: config_svc::Settings::DEFAULT_GIT_TIMEOUT,
        git_credentials_file: None,
        git_search_paths: Vec::new(),
        overrides_file: None,
        ciphers: config_svc::CipherSettings::default(),
        git_release: config_svc::ReleasePolicy::Rollout,
        git_mirror: None,
        cluster: Default::default(),
        own_key: Default::default(),
    }
}
