//! One rollout that is promoted step by step while instances read.

use std::{sync::Arc, time::Duration};

use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;
use vortex_bucket::Seed;
use vortex_rest::{Rollout, RolloutEffect};

use super::times::Times;
use crate::{
    client::{self, Call, Client},
    error::Error,
    session::Session,
};

/// Promotions that one rollout has: 5 % to 100 % in steps of 5 %.
pub(super) const STEPS: u32 = STAGES - 1;

const STAGES: u32 = 20;

/// Buckets that a stage has more than the one before.
const BUCKETS: u32 = 10_000 / STAGES;

/// Between two looks at a rollout whose effect is awaited; none of them is measured.
const PAUSE: Duration = Duration::from_millis(10);

/// One rollout, started.
#[derive(Debug)]
pub(super) struct Course {
    server: Server,
    app: String,
    rollout: String,
}

/// Where it runs.
#[derive(Clone, Debug)]
struct Server {
    client: Arc<Client>,
    label: Option<String>,
}

impl Course {
    /// Writes an application, stages a second version of it, and starts its rollout.
    pub(super) async fn begin(session: &Session) -> Result<Self, Error> {
        let server = Server {
            client: Arc::new(session.client.clone()),
            label: session.label.clone(),
        };
        let app = format!("bench-{}", Uuid::new_v4().simple());
        server.write(&app, "stable", false).await?;
        server.write(&app, "canary", true).await?;
        let body = json!({
            "app": app, "label": server.label, "from_version": "stable", "to_version": "canary",
            "stages": (1..=STAGES)
                .map(|stage| json!({"percentage": stage * 100 / STAGES}))
                .collect::<Vec<_>>(),
            // nobody reports, so nothing but this goes on or stops it
            "auto_promote": false, "auto_rollback": false, "analysis": {"interval": "1h"},
            "description": "vortex bench rollout", "start": true,
        });
        let create = Call::post(["api", "rollouts"]).json(&body);
        let created: Rollout = server.send(create).await?;
        let course = Self {
            server,
            app,
            rollout: created.id,
        };
        course.confirmed().await?;
        Ok(course)
    }

    /// Promotes `steps` times, and measures each.
    pub(super) async fn climb(
        &self,
        steps: u32,
        clients: u32,
        times: &mut Times,
    ) -> Result<(), Error> {
        for stage in 0..steps {
            let instances = self.moved_by(stage, clients);
            self.warm_up(&instances).await?;
            self.promote(stage, &instances, times).await?;
        }
        Ok(())
    }

    /// Makes the second version stable, and deletes the document.
    pub(super) async fn end(&self) -> Result<(), Error> {
        let complete = Call::post(["api", "rollouts", &self.rollout, "complete"]);
        let _: Rollout = self.server.send(complete.json(&json!({}))).await?;
        self.confirmed().await?;
        let delete = Call::delete(["api", "configs", &self.app, "default"]);
        let _: Value = self.server.send(self.server.labelled(delete)).await?;
        Ok(())
    }

    /// Instances that get the new version with the stage after this one, and not before.
    fn moved_by(&self, stage: u32, clients: u32) -> Vec<String> {
        let seed = Seed::of(&self.rollout);
        let moved = (stage + 1) * BUCKETS..(stage + 2) * BUCKETS;
        let instances = (0_u64..).map(|number| format!("bench-{number}"));
        instances
            .filter(|instance| moved.contains(&seed.bucket(instance).number().into()))
            .take(clients as usize)
            .collect()
    }

    /// Opens a connection for each client and one for the promotion, and sees that all are on the
    /// first version.
    async fn warm_up(&self, instances: &[String]) -> Result<(), Error> {
        let mut reads = JoinSet::new();
        for instance in instances.iter().chain(instances.first()) {
            let (server, call) = (self.server.clone(), self.read(instance));
            reads.spawn(async move { server.arm(call).await });
        }
        while let Some(read) = reads.join_next().await {
            match joined(read)?.as_str() {
                "stable" => {}
                other => {
                    let what = format!("an instance beyond the share reads {other}");
                    return Err(Error::garbage(self.server.client.server(), what));
                }
            }
        }
        Ok(())
    }

    async fn promote(
        &self,
        stage: u32,
        instances: &[String],
        times: &mut Times,
    ) -> Result<(), Error> {
        let mut readers = JoinSet::new();
        for instance in instances {
            let (server, call) = (self.server.clone(), self.read(instance));
            readers.spawn(async move { server.reads_new(call).await });
        }
        let promote = Call::post(["api", "rollouts", &self.rollout, "promote"])
            .json(&json!({ "expected_stage": stage }));
        let posted = Instant::now();
        let _: Rollout = self.server.send(promote).await?;
        times.answer.add(posted.elapsed());
        let mut seen = Vec::with_capacity(instances.len());
        while let Some(read) = readers.join_next().await {
            seen.push(joined(read)?.duration_since(posted));
        }
        seen.iter()
            .min()
            .into_iter()
            .for_each(|time| times.first_read.add(*time));
        seen.iter()
            .max()
            .into_iter()
            .for_each(|time| times.every_client.add(*time));
        Ok(())
    }

    fn read(&self, instance: &str) -> Call {
        let read = Call::get(["api", "effective", &self.app, "default"]);
        self.server.labelled(read).query("instance", Some(instance))
    }

    /// Waits until readers have what the last command said.
    async fn confirmed(&self) -> Result<(), Error> {
        let read = Call::get(["api", "rollouts", &self.rollout]);
        let confirmed = async {
            loop {
                let rollout: Rollout = self.server.send(read.clone()).await?;
                match rollout.effect {
                    RolloutEffect::Confirmed => return Ok(()),
                    _ => sleep(PAUSE).await,
                }
            }
        };
        self.server
            .in_time("the share was not confirmed", confirmed)
            .await
    }
}

impl Server {
    fn labelled(&self, call: Call) -> Call {
        call.query("label", self.label.as_deref())
    }

    /// Makes a call under an id of its own.
    async fn send<T: DeserializeOwned>(&self, call: Call) -> Result<T, Error> {
        let call = call.under(Uuid::new_v4().to_string());
        let reply = self.client.send(call).await?.json()?;
        client::read(&reply, self.client.server())
    }

    async fn write(&self, app: &str, version: &str, staged: bool) -> Result<(), Error> {
        let write = Call::put(["api", "configs", app, "default"])
            .header(CONTENT_TYPE, Some("application/yaml"))?
            .query("version", Some(version))
            .flag("stage_only", staged)
            .body(format!("arm: {version}\n"));
        let _: Value = self.send(self.labelled(write)).await?;
        Ok(())
    }

    /// Which version a read gets.
    async fn arm(&self, call: Call) -> Result<String, Error> {
        let reply: Value = self.send(call).await?;
        Ok(reply["config"]["arm"]
            .as_str()
            .unwrap_or("nothing")
            .to_owned())
    }

    /// When a client that reads without a pause first gets the new version.
    async fn reads_new(&self, call: Call) -> Result<Instant, Error> {
        let new = async {
            loop {
                if self.arm(call.clone()).await? == "canary" {
                    return Ok(Instant::now());
                }
            }
        };
        self.in_time("a client did not get the new version", new)
            .await
    }

    async fn in_time<T>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let after = self.client.timeout();
        let late = || Error::NotSeen {
            what: what.to_owned(),
            after,
        };
        timeout(after, work).await.map_err(|_| late())?
    }
}

/// The result of a task. Tasks are not aborted, and a panic of one is passed on.
fn joined<T>(task: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    match task {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::Setup(error.to_string())),
        },
    }
}
