//! An application with one of everything that is kept of it.

use prost::Message as _;
use serde_json::{Value, json};
use vortex_proto::{drift::v1 as drift, heartbeat::v1 as heartbeat, window::v1 as window};
use vortex_tests::{Answer, GLANCE, Mesh, PATIENCE, ServiceName};

use super::{expected::Whose, holders::bearer, wire::call};
use crate::key;

/// The application that keys are for.
pub(super) const OWN: &str = "acme";
/// Another one. Whatever is of it has this name in it, or is known by an id.
pub(super) const FOREIGN: &str = "zebra";

/// An application, and what there is of it.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) whose: Whose,
    pub(super) app: &'static str,
    /// The rollout that runs, which is the split's id, too.
    pub(super) rollout: String,
    pub(super) freeze: String,
    /// The id of a key that is good for it.
    pub(super) key: String,
    /// Where the change set of [`World::staged`] stands in the log.
    pub(super) sequence: u64,
    /// The log's position before all of it.
    pub(super) before: String,
    /// The alert about its instances, most of which are silent.
    pub(super) alert: String,
}

impl World {
    pub(super) async fn make(mesh: &Mesh, whose: Whose, before: &str) -> Self {
        let app = match whose {
            Whose::Own => OWN,
            Whose::Foreign => FOREIGN,
        };
        for (version, profile, more) in [
            ("v1", "default", ""),
            ("v2", "default", "&stage_only=true"),
            ("v3", "prod", "&stage_only=true"),
            ("v4", "test", "&stage_only=true"),
            ("v5", "live", ""),
            ("v6", "live", ""),
        ] {
            let query = format!("version={app}-{version}&message=of-{app}{more}");
            let path = format!("/api/configs/{app}/{profile}?{query}");
            done(&mesh.put(&path, &format!("{app}: {version}\n")).await);
        }
        let plan = json!({
            "app": app, "from_version": format!("{app}-v1"), "to_version": format!("{app}-v2"),
            "stages": [{"percentage": 50.0, "min_duration": "1h"}, {"percentage": 100.0}],
            "description": format!("of {app}"), "start": true,
        });
        let rollout = mesh.post("/api/rollouts", &plan).await;
        let rollout = text(&done(&rollout)["id"]);
        let path = format!("/api/rollouts/{rollout}");
        mesh.get_until(&path, |answer| answer.json()["effect"] == "confirmed")
            .await;
        let over = json!({"values": {"of": app}, "expires": "4h", "reason": format!("of {app}")});
        let path = format!("/api/overrides/{app}/prod");
        let request = mesh
            .request("PUT", &path)
            .header("content-type", "application/json");
        done(&mesh.send(request.body(over.to_string())).await);
        let freeze = json!({"apps": [app], "reason": format!("of {app}")});
        let freeze = mesh.post("/api/freezes", &freeze).await;
        let (_, key) = key(mesh, &format!("of-{app}"), "reader", &format!("{app}/**")).await;
        let staged = mesh.get(&format!("/api/changes/{app}-v3")).await;
        let mut world = Self {
            whose,
            app,
            rollout,
            freeze: text(&done(&freeze)["freeze"]["id"]),
            key,
            sequence: done(&staged)["change"]["sequence"].as_u64().unwrap(),
            before: before.to_owned(),
            alert: String::new(),
        };
        world.alert = world.goes_silent(mesh).await;
        world
    }

    /// Has its instances report, most of which are silent soon, and answers the alert about that.
    async fn goes_silent(&self, mesh: &Mesh) -> String {
        let to = mesh.services[ServiceName::Drift].grpc;
        let headers = bearer(mesh.key.as_ref().unwrap());
        let alerted = async {
            loop {
                // until the key is known there, it is refused
                let path = "vortex.drift.v1.DriftService/ReportInstances";
                let _ = call(to, path, self.window(0).encode_to_vec(), &headers).await;
                let list = drift::ListAlertsRequest {
                    app: self.app.into(),
                    ..Default::default()
                };
                let path = "vortex.drift.v1.DriftService/ListAlerts";
                let listed = call(to, path, list.encode_to_vec(), &headers).await;
                let listed = listed.unwrap_or_default();
                let listed = drift::ListAlertsResponse::decode(&*listed).unwrap();
                if let Some(alert) = listed.alerts.first() {
                    return alert.id.clone();
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, alerted).await.unwrap()
    }

    /// Its fleet.
    pub(super) fn fleet(&self) -> heartbeat::Fleet {
        heartbeat::Fleet {
            app: self.app.into(),
            profiles: vec!["prod".into()],
            label: String::new(),
        }
    }

    /// A window with the reports of its instances: `pod-0` goes on, the others are stale soon.
    pub(super) fn window(&self, number: u64) -> drift::ReportInstancesRequest {
        let instance = |number: u32| drift::InstanceReport {
            instance_id: format!("pod-{number}"),
            boot_id: 1,
            sequence: 1,
            next_due_ms: if number == 0 { 3_600_000 } else { 100 },
            ..Default::default()
        };
        drift::ReportInstancesRequest {
            name: Some(window::WindowName {
                ingest: self.app.into(),
                boot: 1,
                sequence: number,
                part: 0,
                parts: 1,
            }),
            fleets: vec![drift::FleetReport {
                fleet: Some(self.fleet()),
                instances: (0..5).map(instance).collect(),
                ..Default::default()
            }],
            ..Default::default()
        }
    }

    /// The name of its change set that is staged and may be released.
    pub(super) fn staged(&self) -> String {
        format!("{}-v3", self.app)
    }

    /// The name of its change set that is staged and may be given up.
    pub(super) fn unwanted(&self) -> String {
        format!("{}-v4", self.app)
    }

    /// The name of its change set that may be undone.
    pub(super) fn released(&self) -> String {
        format!("{}-v6", self.app)
    }

    /// What shows that an answer is about it: its name stands in all that is of it and can be read.
    pub(super) fn marks(&self) -> [&str; 3] {
        [self.app, &self.rollout, &self.key]
    }
}

fn done(answer: &Answer) -> Value {
    assert!(answer.status < 300, "{}", answer.text());
    answer.json()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
