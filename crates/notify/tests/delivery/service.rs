//! A service with a diary, and what it says of itself.

use std::{path::PathBuf, sync::Arc, time::Duration};

use tempfile::TempDir;
use vortex_kit::{
    clock::System,
    process::{Runtime, shut_down},
    shutdown::Stopped,
};
use vortex_notify::{Notifications, NotifySettings, Pace};
use vortex_store::{Embedded, Options, Store};

use crate::{
    diary::Diary,
    receiver::{PATIENCE, Receiver},
};

pub(crate) const SECRET: &str = "a secret of twenty b";

/// Quick, so that nothing has to be waited for.
pub(crate) const PACE: Pace = Pace {
    deadline: PATIENCE,
    first: Duration::from_millis(2),
    longest: Duration::from_millis(20),
    asked: Duration::from_millis(20),
    refusals: 3,
    late: PATIENCE,
};

/// The folder of a service, which outlives it.
pub(crate) struct Home {
    folder: TempDir,
    pub(crate) pace: Pace,
    /// Changes that the store holds ready.
    pub(crate) recent: usize,
}

/// A service that runs.
pub(crate) struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) runtime: Runtime,
    pub(crate) told: Notifications,
}

/// The fields of a sink that takes all.
pub(crate) fn sink(name: &str, receiver: &Receiver) -> String {
    let address = receiver.address;
    format!("  - {{name: {name}, url: 'http://{address}/hook', secret_file: secret}}\n")
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        Self {
            folder,
            pace: PACE,
            recent: Options::default().recent_changes,
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("notify.yaml")
    }

    pub(crate) fn settings(&self, sinks: &str) -> NotifySettings {
        std::fs::write(self.file(), format!("sinks:\n{sinks}")).unwrap();
        NotifySettings {
            notify: Some(self.file().to_str().unwrap().parse().unwrap()),
        }
    }

    /// Starts the service, with these sinks.
    pub(crate) async fn start(&self, sinks: &str) -> Service {
        self.start_with(&self.settings(sinks)).await
    }

    pub(crate) async fn start_with(&self, settings: &NotifySettings) -> Service {
        let options = Options {
            recent_changes: self.recent,
            ..Options::default()
        };
        let opened = Embedded::open(self.folder.path().join("store"), options);
        let store: Arc<dyn Store> = Arc::new(opened.unwrap());
        let runtime = Runtime::new("rollout-svc", "0.1.0", System::shared());
        let started = settings.start_at(self.pace, Diary, store.clone(), &runtime);
        Service {
            told: started.await.unwrap(),
            store,
            runtime,
        }
    }
}

impl Service {
    pub(crate) async fn stop(self) {
        let healths = [self.runtime.health.clone()];
        let lifecycle = &self.runtime.lifecycle;
        let stopped = shut_down(&healths, lifecycle, Duration::ZERO, PATIENCE).await;
        assert_eq!(stopped, Stopped::default());
        self.store.close().await.unwrap();
    }

    /// How often deliveries to a sink ended so.
    pub(crate) fn counted(&self, sink: &str, result: &str) -> u64 {
        let text = self.runtime.metrics.render();
        let name = "vortex_webhook_deliveries_total";
        let series = format!("{name}{{sink=\"{sink}\",result=\"{result}\"}} ");
        let found = text.lines().find_map(|line| line.strip_prefix(&series));
        found.expect("it is counted").parse().unwrap()
    }

    /// What `/health` says of a sink.
    pub(crate) fn complaint(&self, sink: &str) -> Option<String> {
        let report = self.runtime.health.snapshot();
        report.degradations.get(&format!("notify {sink}")).cloned()
    }

    /// Waits for something that nobody tells of.
    pub(crate) async fn until(&self, holds: impl Fn(&Self) -> bool) {
        let waited = async {
            while !holds(self) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waited).await;
        waited.expect("it comes in time");
    }
}
