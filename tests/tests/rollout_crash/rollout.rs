//! One rollout under test, and what reports its figures.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use vortex_tests::{Answer, Mesh};

/// The index of the last stage.
const LAST_STAGE: u64 = 4;
/// Readers that are looked at.
const READERS: usize = 100;

/// A rollout under test.
pub(crate) struct Rollout {
    app: String,
    id: String,
}

impl Rollout {
    /// Starts one that goes on by itself through five stages.
    pub(crate) async fn start(mesh: &Mesh, number: usize) -> Self {
        let stages = [1, 5, 25, 50, 100].map(|percentage| {
            let min_duration = if percentage == 100 { "0s" } else { "200ms" };
            json!({"percentage": percentage, "min_duration": min_duration})
        });
        let more = json!({
            "stages": stages,
            "analysis": {"interval": "100ms"},
            "thresholds": {"min_requests": 10},
        });
        Self::create(mesh, &format!("crash{number}"), more).await
    }

    /// Starts one that stays at a percentage.
    pub(crate) async fn start_by_hand(mesh: &Mesh, percentage: f64) -> Self {
        let stages = [percentage, 100.0].map(|percentage| json!({"percentage": percentage}));
        let more = json!({"stages": stages, "auto_promote": false});
        let rollout = Self::create(mesh, "byhand", more).await;
        let path = format!("/api/rollouts/{}", rollout.id);
        mesh.get_until(&path, |answer| answer.json()["effect"] == "confirmed")
            .await;
        rollout
    }

    async fn create(mesh: &Mesh, app: &str, more: Value) -> Self {
        let document = format!("/api/configs/{app}/default");
        for (version, staged) in [("v1", "false"), ("v2", "true")] {
            let path = format!("{document}?version={version}&stage_only={staged}");
            let written = done(|| {
                let request = mesh.request("PUT", &path);
                let request = request.header("content-type", "application/yaml");
                mesh.send(request.body(format!("version: {version}\n")))
            });
            assert!(written.await.status < 300);
        }
        let mut body = json!({
            "app": app, "profile": "default", "from_version": "v1", "to_version": "v2",
            "request_id": format!("create-{app}"),
        });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let created = done(|| mesh.post("/api/rollouts", &body)).await;
        assert_eq!(created.status, 201, "{}", created.text());
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let start = format!("/api/rollouts/{id}/start");
        let body = json!({"request_id": format!("start-{app}")});
        let started = done(|| mesh.post(&start, &body)).await;
        assert_eq!(started.status, 200, "{}", started.text());
        Self {
            app: app.to_owned(),
            id,
        }
    }

    /// Checks that it is where its audit says, and answers whether it has ended.
    pub(crate) async fn check(&self, mesh: &Mesh) -> bool {
        loop {
            let before = self.read(mesh).await;
            let entries = self.audit(mesh).await;
            if self.read(mesh).await["revision"] == before["revision"] {
                check_audit(&before, &entries);
                return before["state"] == "completed";
            }
        }
    }

    /// Waits for its end, and checks what came of it.
    pub(crate) async fn end(&self, mesh: &Mesh) {
        let path = format!("/api/rollouts/{}", self.id);
        let over = |answer: &Answer| answer.json()["state"] == "completed";
        mesh.get_until(&path, over).await;
        assert!(self.check(mesh).await);
        let stable = mesh
            .get(&format!("/api/configs/{}/default", self.app))
            .await;
        assert_eq!(stable.header("x-vortex-version"), "v2");
        let split = mesh.get(&format!("/api/splits/{}", self.id)).await.json();
        assert_eq!(split["split"]["state"], "released", "{split}");
    }

    /// What each of many readers gets.
    pub(crate) async fn seen(&self, mesh: &Mesh) -> Vec<String> {
        let mut seen = Vec::new();
        for reader in 0..READERS {
            let path = format!("/api/effective/{}/default?instance=pod-{reader}", self.app);
            let answer = done(|| mesh.get(&path)).await.json();
            seen.push(format!("{} {}", answer["config"], answer["assignments"]));
        }
        seen
    }

    async fn read(&self, mesh: &Mesh) -> Value {
        let path = format!("/api/rollouts/{}", self.id);
        let read = done(|| mesh.get(&path)).await;
        assert_eq!(read.status, 200, "{}", read.text());
        read.json()
    }

    async fn audit(&self, mesh: &Mesh) -> Vec<Value> {
        let path = format!("/api/rollouts/{}/audit?page_size=1000", self.id);
        let read = done(|| mesh.get(&path)).await;
        assert_eq!(read.status, 200, "{}", read.text());
        read.json()["entries"].as_array().unwrap().clone()
    }
}

/// Repeats a request while what it needs is starting.
async fn done<F: Future<Output = Answer>>(mut request: impl FnMut() -> F) -> Answer {
    let repeated = async {
        loop {
            let answer = request().await;
            if answer.status < 500 {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let answered = tokio::time::timeout(vortex_tests::PATIENCE, repeated).await;
    answered.expect("what it needs has started")
}

/// Numbers without gaps, each entry from where the one before went to, stages one
/// after the other, and the rollout where the last one went to.
fn check_audit(rollout: &Value, entries: &[Value]) {
    let told = || format!("{rollout}\n{entries:#?}");
    for (index, entry) in entries.iter().enumerate() {
        assert_eq!(entry["number"], index as u64 + 1, "{}", told());
        if entry["action"] == "promote" {
            let (from, to) = (&entry["from_stage"], &entry["to_stage"]);
            // from the last one it is completed
            let next = from.as_u64().map(|from| (from + 1).min(LAST_STAGE));
            assert_eq!(to.as_u64(), next, "{}", told());
        }
    }
    for pair in entries.windows(2) {
        assert_eq!(pair[1]["from_state"], pair[0]["to_state"], "{}", told());
        assert_eq!(pair[1]["from_stage"], pair[0]["to_stage"], "{}", told());
    }
    for once in ["create", "start", "complete"] {
        let times = entries.iter().filter(|entry| entry["action"] == once);
        assert!(times.count() <= 1, "{once}: {}", told());
    }
    let last = entries.last().expect("it was created");
    assert_eq!(last["to_state"], rollout["state"], "{}", told());
    assert_eq!(last["to_stage"], rollout["stage"]["index"], "{}", told());
}

/// Reports good figures of both arms, again and again; what does not get through
/// is lost.
pub(crate) struct Reporter {
    of: Arc<Mutex<Option<(String, String)>>>,
    task: JoinHandle<()>,
}

impl Reporter {
    /// Reports to the gateway at `http`, once it is told about which rollout.
    pub(crate) fn start(http: SocketAddr) -> Self {
        let of: Arc<Mutex<Option<(String, String)>>> = Arc::default();
        let told = of.clone();
        let task = tokio::spawn(async move {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let Some((id, app)) = told.lock().unwrap().clone() else {
                    continue;
                };
                let report = |arm| json!({"arm": arm, "app": app, "requests": 20, "errors": 0});
                let body = json!([report("canary"), report("stable")]);
                let sent = client
                    .post(format!("http://{http}/api/rollouts/{id}/metrics"))
                    .header("content-type", "application/json")
                    .body(body.to_string())
                    .timeout(Duration::from_secs(1));
                drop(sent.send().await);
            }
        });
        Self { of, task }
    }

    /// From now on reports of this rollout.
    pub(crate) fn report(&self, rollout: &Rollout) {
        *self.of.lock().unwrap() = Some((rollout.id.clone(), rollout.app.clone()));
    }

    /// Ends it.
    pub(crate) async fn stop(self) {
        self.task.abort();
        drop(self.task.await);
    }
}
