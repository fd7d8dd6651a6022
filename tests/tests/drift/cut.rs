//! Ten thousand instances, while the network between ingest and drift-svc is cut, and while drift-svc
//! starts again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{
    task::JoinHandle,
    time::{Instant, interval, sleep},
};
use tonic::transport::Channel;
use vortex_proto::heartbeat::v1::{self as pb, heartbeat_service_client::HeartbeatServiceClient};
use vortex_tests::{Answer, Cut, GLANCE, Mesh, Mode, Options, PATIENCE, ServiceName};

const DRIFT: &str = "/api/drift/orders/prod";
const ALERTS: &str = "/api/drift/alerts";
const FLEET: usize = 10_000;
/// Instances that an agent reports for at once.
const BATCH: usize = 1_000;

/// How long the network is cut: two minutes in the soak.
fn cut_for() -> Duration {
    match std::env::var_os("VORTEX_SOAK").is_some() {
        true => Duration::from_secs(120),
        false => Duration::from_secs(8),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_a_cut_nor_a_restart_has_anybody_missing_or_drifted() {
    let link = Cut::new();
    let options = Options {
        settings: vec![
            // both are over before the cut is
            (ServiceName::Drift, "ttl", "2s"),
            (ServiceName::Drift, "grace", "3s"),
        ],
        links: vec![(ServiceName::Drift, Arc::new(link.clone()))],
        ..Options::quick()
    };
    let mut mesh = Mesh::start(Mode::Many, &options);
    write(&mesh, "v1").await;
    let fleet = Fleet::start(&mesh);
    mesh.get_until(DRIFT, all_in_sync).await;

    link.cut();
    let end = Instant::now() + cut_for();
    write(&mesh, "v2").await;
    // within the grace, but what says that they do, and that they did not, comes after it
    fleet.reports(FLEET as u64).await;
    fleet.follow();
    watch(&mesh, |states| states["stale"] == FLEET).await;
    let standing = mesh.get(DRIFT).await.json();
    assert_eq!(standing["expiry_suspended"], true, "{standing}");
    while Instant::now() < end {
        watch(&mesh, |_| true).await;
        sleep(GLANCE).await;
    }
    link.mend();
    watch(&mesh, |states| states["in_sync"] == FLEET).await;
    let resolved = |answer: &Answer| answer.json()["alerts"][0]["state"] == "resolved";
    let alerts = mesh.get_until(ALERTS, resolved).await.json()["alerts"].clone();
    assert_eq!(alerts.as_array().unwrap().len(), 1, "{alerts}");
    assert_eq!(alerts[0]["cause"], "silence");

    for is_killed in [false, true] {
        match is_killed {
            true => mesh.kill(ServiceName::Drift),
            false => mesh.terminate(ServiceName::Drift),
        }
        fleet.reports(2 * FLEET as u64).await;
        mesh.start_again(ServiceName::Drift);
        // known again once they have reported, and nobody is missed before
        watch_known(&mesh).await;
    }
    let alerts = mesh.get(ALERTS).await.json()["alerts"].clone();
    assert_eq!(alerts.as_array().unwrap().len(), 1, "{alerts}");
    fleet.stop().await;
    mesh.stop();
}

async fn write(mesh: &Mesh, version: &str) {
    let path = format!("/api/configs/orders/prod?version={version}");
    let answer = mesh.put(&path, &format!("name: {version}\n")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

fn all_in_sync(answer: &Answer) -> bool {
    answer.json()["states"]["in_sync"] == FLEET
}

/// Looks until the states are as wanted: meanwhile nobody is gone, and nobody has drifted.
async fn watch(mesh: &Mesh, wanted: impl Fn(&Value) -> bool) {
    mesh.get_until(DRIFT, |answer| {
        let standing = answer.json();
        assert_eq!(standing["total"], FLEET, "{standing}");
        right(&standing["states"]);
        wanted(&standing["states"])
    })
    .await;
}

/// Looks until everybody is known again: meanwhile nobody is missed, and nobody has drifted.
async fn watch_known(mesh: &Mesh) {
    mesh.get_until(DRIFT, |answer| {
        if answer.status != 200 {
            return false;
        }
        let states = &answer.json()["states"];
        assert_eq!(states["stale"], 0, "{states}");
        right(states);
        all_in_sync(answer)
    })
    .await;
}

fn right(states: &Value) {
    for wrong in ["drifted", "unknown_version", "failed", "ahead"] {
        assert_eq!(states[wrong], 0, "{states}");
    }
}

/// Instances that report each second, by agents.
struct Fleet {
    follows: Arc<AtomicBool>,
    reports: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Fleet {
    fn start(mesh: &Mesh) -> Self {
        let ingest = mesh.services[ServiceName::Ingest].channel();
        let follows = Arc::<AtomicBool>::default();
        let reports = Arc::<AtomicU64>::default();
        let run = report(ingest, follows.clone(), reports.clone());
        Self {
            follows,
            reports,
            task: tokio::spawn(run),
        }
    }

    /// Everybody runs v2 from now on.
    fn follow(&self) {
        self.follows.store(true, SeqCst);
    }

    /// Waits until so many more reports were taken.
    async fn reports(&self, more: u64) {
        let wanted = self.reports.load(SeqCst) + more;
        let end = Instant::now() + PATIENCE;
        while self.reports.load(SeqCst) < wanted {
            assert!(Instant::now() < end && !self.task.is_finished());
            sleep(GLANCE).await;
        }
    }

    async fn stop(self) {
        self.task.abort();
        // it was told to
        drop(self.task.await);
    }
}

async fn report(ingest: Channel, follows: Arc<AtomicBool>, reports: Arc<AtomicU64>) {
    let client = HeartbeatServiceClient::new(ingest);
    let mut client = client.max_decoding_message_size(16 << 20);
    let batches = FLEET / BATCH;
    let mut pace = interval(Duration::from_secs(1) / batches as u32);
    for number in 0.. {
        pace.tick().await;
        let version = match follows.load(SeqCst) {
            true => "v2",
            false => "v1",
        };
        let (sequence, batch) = (1 + number / batches, number % batches);
        let instances = batch * BATCH..(batch + 1) * BATCH;
        let heartbeats = instances.map(|instance| heartbeat(instance, sequence, version));
        let request = pb::ReportBatchRequest {
            heartbeats: heartbeats.collect(),
        };
        let answer = client.report_batch(request).await.unwrap().into_inner();
        for result in &answer.results {
            let is_taken = matches!(result.result, Some(pb::report_result::Result::Reply(_)));
            assert!(is_taken, "{result:?}");
        }
        reports.fetch_add(answer.results.len() as u64, SeqCst);
    }
}

fn heartbeat(instance: usize, sequence: usize, version: &str) -> pb::Heartbeat {
    pb::Heartbeat {
        fleet: Some(pb::Fleet {
            app: "orders".to_owned(),
            profiles: vec!["prod".to_owned()],
            ..Default::default()
        }),
        instance_id: format!("pod-{instance:05}"),
        boot_id: 1,
        sequence: sequence as u64,
        version: version.to_owned(),
        ..Default::default()
    }
}
