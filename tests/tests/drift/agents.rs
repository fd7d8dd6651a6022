//! Agents that report for many instances at a gateway, for as long as they are let.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle, time::sleep};
use vortex_tests::{GLANCE, PATIENCE};

/// Instances of one agent.
pub(crate) const INSTANCES: usize = 50;
/// Between two batches, so that those who are reported to have time for it.
const PAUSE: Duration = Duration::from_millis(10);

/// An agent, which reports for its instances by one batch after another. Each report has figures of
/// one request.
pub(crate) struct Agent {
    told: Arc<Told>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// What became of its reports.
#[derive(Debug, Default)]
struct Told {
    taken: AtomicU64,
    refused: AtomicU64,
    unsure: AtomicU64,
}

/// What became of an agent's reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// They were taken.
    pub(crate) taken: u64,
    /// They were not.
    pub(crate) refused: u64,
    /// Nobody said.
    pub(crate) unsure: u64,
}

impl Agent {
    /// An agent that reports at this gateway for instances of that name, on the stable arm of a
    /// rollout.
    pub(crate) fn start(gateway: SocketAddr, name: &'static str, rollout: &str) -> Self {
        let (told, stop) = (Arc::<Told>::default(), watch::Sender::new(false));
        let url = format!("http://{gateway}/api/heartbeats");
        let run = run(
            url,
            name,
            rollout.to_owned(),
            told.clone(),
            stop.subscribe(),
        );
        Self {
            task: tokio::spawn(run),
            told,
            stop,
        }
    }

    /// What became of its reports so far.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            taken: self.told.taken.load(SeqCst),
            refused: self.told.refused.load(SeqCst),
            unsure: self.told.unsure.load(SeqCst),
        }
    }

    /// Waits until so many more of its reports are taken.
    pub(crate) async fn takes(&self, more: u64) {
        let wanted = self.counts().taken + more;
        self.until(|counts| counts.taken >= wanted).await;
    }

    /// Waits until it was told that a batch is not taken: what came before is counted.
    pub(crate) async fn is_refused(&self) {
        let before = self.counts().refused;
        self.until(|counts| counts.refused > before).await;
    }

    async fn until(&self, holds: impl Fn(Counts) -> bool) {
        let wait = async {
            while !holds(self.counts()) {
                sleep(GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.unwrap_or_else(|_| panic!("it stays at {:?}", self.counts()));
    }

    /// Ends it, and answers what became of its reports.
    pub(crate) async fn stop(self) -> Counts {
        self.stop.send_replace(true);
        self.task.await.unwrap();
        Counts {
            taken: self.told.taken.load(SeqCst),
            refused: self.told.refused.load(SeqCst),
            unsure: self.told.unsure.load(SeqCst),
        }
    }
}

async fn run(
    url: String,
    name: &'static str,
    rollout: String,
    told: Arc<Told>,
    stop: watch::Receiver<bool>,
) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for sequence in 1_u64.. {
        if *stop.borrow() {
            return;
        }
        let reports: Vec<Value> = (0..INSTANCES)
            .map(|number| report(&format!("{name}-{number}"), sequence, &rollout))
            .collect();
        let request = client.post(&url).timeout(PATIENCE);
        let request = request
            .header("content-type", "application/json")
            .body(Value::from(reports).to_string());
        told.hear(answer(request).await);
        sleep(PAUSE).await;
    }
}

fn report(instance: &str, sequence: u64, rollout: &str) -> Value {
    json!({
        "app": "orders", "profile": "prod", "instance_id": instance, "version": "v1",
        "boot_id": 1, "sequence": sequence,
        "metrics": [{"split": rollout, "arm": "stable", "generation": 1, "requests": 1, "errors": 0}],
    })
}

/// The answer's status and body, if one came.
async fn answer(request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let body = response.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&body).ok()?))
}

impl Told {
    fn hear(&self, answer: Option<(u16, Value)>) {
        let all = INSTANCES as u64;
        match answer {
            Some((200, results)) => {
                let results = results.as_array().unwrap();
                let refused = results.iter().filter(|one| one.get("code").is_some());
                let refused = refused.count() as u64;
                self.refused.fetch_add(refused, SeqCst);
                self.taken.fetch_add(all - refused, SeqCst);
            }
            // nothing has happened then
            Some((503, problem)) if problem["code"] != "OUTCOME_UNKNOWN" => {
                self.refused.fetch_add(all, SeqCst);
            }
            Some((status @ 400..500, problem)) => panic!("{status} {problem}"),
            _ => {
                self.unsure.fetch_add(all, SeqCst);
            }
        }
    }
}
