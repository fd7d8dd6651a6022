//! One rollout under test: documents, figures, and waiting for what becomes of it.

use serde_json::{Value, json};
use vortex_tests::{Answer, Mesh, Mode, Options};

/// Intervals that let a rollout decide in moments.
pub(crate) const INTERVAL: &str = "100ms";

/// A mesh, and in it an application whose second version is staged.
pub(crate) struct Course {
    pub(crate) mesh: Mesh,
    pub(crate) id: String,
}

/// Requests and errors that are reported of each arm; nothing where there are no requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) stable: (u64, u64),
    pub(crate) canary: (u64, u64),
}

/// As many as a slice needs once any are reported.
const LATENCIES: &[f64] = &[12.0; 100];

/// Both arms at half a percent.
pub(crate) const GOOD: Figures = Figures {
    stable: (400, 2),
    canary: (400, 2),
};

/// The canary at eight percent.
pub(crate) const BAD: Figures = Figures {
    stable: (400, 2),
    canary: (400, 32),
};

/// Nothing.
pub(crate) const NONE: Figures = Figures {
    stable: (0, 0),
    canary: (0, 0),
};

impl Course {
    /// Starts a mesh and a rollout of `orders` from `v1` to `v2`, as `plan` says beyond that.
    pub(crate) async fn start(mode: Mode, plan: Value) -> Self {
        let mesh = Mesh::start(mode, &Options::default());
        stage(&mesh, "orders").await;
        let id = create(&mesh, "orders", plan).await;
        let started = mesh
            .post(&format!("/api/rollouts/{id}/start"), &json!({}))
            .await;
        assert_eq!(started.status, 200, "{}", started.text());
        Self { mesh, id }
    }

    /// What is below the rollout's address.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/api/rollouts/{}{below}", self.id)
    }

    /// Commands it.
    pub(crate) async fn command(&self, deed: &str) -> Answer {
        self.mesh
            .post(&self.path(&format!("/{deed}")), &json!({}))
            .await
    }

    /// The rollout as it is.
    pub(crate) async fn rollout(&self) -> Value {
        self.mesh.get(&self.path("")).await.json()
    }

    /// How its analysis stands.
    pub(crate) async fn analysis(&self) -> Value {
        self.mesh.get(&self.path("/analysis")).await.json()
    }

    /// What happened to it.
    pub(crate) async fn audit(&self) -> Vec<Value> {
        let audit = self.mesh.get(&self.path("/audit")).await.json();
        audit["entries"].as_array().expect("entries").clone()
    }

    /// Reports figures of both arms once.
    pub(crate) async fn report(&self, figures: Figures) {
        report(&self.mesh, &self.id, figures).await;
    }

    /// Reports figures over and over until the rollout is in `state` and readers have it.
    pub(crate) async fn report_until(&self, figures: Figures, state: &str) -> Value {
        self.report_while(figures, |rollout| {
            let there = rollout["state"] == state && rollout["effect"] == "confirmed";
            there.then(|| rollout.clone())
        })
        .await
    }

    /// Reports figures over and over until `done` makes something of the rollout.
    pub(crate) async fn report_while<T>(
        &self,
        figures: Figures,
        mut done: impl FnMut(&Value) -> Option<T>,
    ) -> T {
        let mut last = Value::Null;
        let reporting = async {
            loop {
                last = self.rollout().await;
                if let Some(done) = done(&last) {
                    return done;
                }
                self.report(figures).await;
                tokio::time::sleep(vortex_tests::GLANCE).await;
            }
        };
        match tokio::time::timeout(vortex_tests::PATIENCE, reporting).await {
            Ok(done) => done,
            Err(_) => panic!("it is still {last} with {}", self.analysis().await),
        }
    }

    /// Looks at the analysis until `done` makes something of it.
    pub(crate) async fn analysed<T>(&self, done: impl Fn(&Value) -> Option<T>) -> T {
        let answer = self
            .mesh
            .get_until(&self.path("/analysis"), |answer| {
                done(&answer.json()).is_some()
            })
            .await;
        done(&answer.json()).expect("it was there just now")
    }
}

/// Writes the first version of an application, and stages its second.
pub(crate) async fn stage(mesh: &Mesh, app: &str) {
    for (version, more) in [("v1", ""), ("v2", "&stage_only=true")] {
        let path = format!("/api/configs/{app}/default?version={version}{more}");
        let written = mesh.put(&path, &format!("arm: {version}\n")).await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
}

/// Creates a rollout of an application from `v1` to `v2`.
pub(crate) async fn create(mesh: &Mesh, app: &str, plan: Value) -> String {
    let mut body = json!({"app": app, "from_version": "v1", "to_version": "v2",
                          "analysis": {"interval": INTERVAL}});
    merge(&mut body, plan);
    let created = mesh.post("/api/rollouts", &body).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    assert_eq!(created["state"], "created", "{created}");
    created["id"].as_str().expect("an id").to_owned()
}

/// Reports figures of both arms of a rollout once.
pub(crate) async fn report(mesh: &Mesh, id: &str, figures: Figures) {
    let arms = [("stable", figures.stable), ("canary", figures.canary)];
    let reports: Vec<_> = arms
        .iter()
        .filter(|(_, (requests, _))| *requests > 0)
        .map(|(arm, (requests, errors))| {
            json!({"arm": arm, "requests": requests, "errors": errors,
                   "latencies_ms": LATENCIES})
        })
        .collect();
    if reports.is_empty() {
        return;
    }
    let path = format!("/api/rollouts/{id}/metrics");
    let taken = mesh.post(&path, &json!(reports)).await;
    // it may have ended, or moved on, since it was last looked at
    let late = ["ROLLOUT_WRONG_STATE", "GENERATION_OUTDATED"].map(Value::from);
    assert!(
        taken.status == 200 || late.contains(&taken.json()["code"]),
        "{}",
        taken.text()
    );
}

/// What is in `more` is added, and replaces what is there.
pub(crate) fn merge(body: &mut Value, more: Value) {
    if let (Value::Object(body), Value::Object(more)) = (body, more) {
        body.extend(more);
    }
}

/// Stages of these shares that last no longer than they have to.
pub(crate) fn stages(shares: &[f64]) -> Value {
    shares
        .iter()
        .map(|share| json!({"percentage": share}))
        .collect()
}

/// What an instance reads of an application: `v1` or `v2`.
pub(crate) async fn arm(mesh: &Mesh, app: &str, instance: &str) -> String {
    let path = format!("/api/effective/{app}/default?instance={instance}");
    let read = mesh.get(&path).await.json();
    read["config"]["arm"]
        .as_str()
        .unwrap_or("nothing")
        .to_owned()
}

/// The code of a refusal, with its status.
pub(crate) fn refusal(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"].as_str().unwrap_or("none").to_owned();
    (answer.status, code)
}
