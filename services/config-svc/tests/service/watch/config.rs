//! Effective configurations: each patch makes the new one of the old, and the newest is
//! always reached.

use futures::StreamExt as _;
use proptest::prelude::*;
use serde_json::{Value, json};
use tonic::Request;
use vortex_config_svc::parts::Grpc;
use vortex_proto::config::v1::{
    self as pb, config_service_server::ConfigService, watch_config_response::Event,
};

use super::calls;
use crate::{commands::put, service::Service};

#[derive(Debug, Clone)]
enum Step {
    Write(usize, Value),
    /// Reads until the newest is there.
    Read,
    /// To resume later: by the version, or else by the digest.
    Disconnect(bool),
}

const PATHS: [&str; 3] = ["application.json", "orders.json", "orders-dev.json"];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-c~/]{0,3}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-c~/]{1,2}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..PATHS.len(), value()).prop_map(|(path, value)| Step::Write(path, value)),
        3 => Just(Step::Read),
        1 => any::<bool>().prop_map(Step::Disconnect),
    ]
}

type Stream = <Grpc as ConfigService>::WatchConfigStream;

/// Somebody who holds a configuration, and keeps it new.
struct Watcher {
    grpc: Grpc,
    stream: Option<Stream>,
    config: Value,
    digest: String,
    version: String,
    by_version: bool,
}

impl Watcher {
    fn new(grpc: Grpc) -> Self {
        Self {
            grpc,
            stream: None,
            config: Value::Null,
            digest: String::new(),
            version: String::new(),
            by_version: false,
        }
    }

    /// Applies what comes until the newest is held.
    async fn read(&mut self) {
        let newest = self.newest().await;
        while self.digest != newest.digest {
            if self.stream.is_none() {
                self.stream = Some(self.connect().await);
            }
            let stream = self.stream.as_mut().unwrap();
            match stream
                .next()
                .await
                .expect("it goes on")
                .unwrap()
                .event
                .unwrap()
            {
                Event::Snapshot(snapshot) => {
                    self.config = serde_json::from_slice(&snapshot.config).unwrap();
                    (self.digest, self.version) = (snapshot.digest, snapshot.version);
                }
                Event::Change(change) => {
                    assert_eq!(change.old_version, self.version);
                    let patch: json_patch::Patch = serde_json::from_slice(&change.patch).unwrap();
                    json_patch::patch(&mut self.config, &patch).unwrap();
                    (self.digest, self.version) = (change.digest, change.new_version);
                }
                Event::Progress(_) => {}
            }
        }
        let expected: Value = serde_json::from_slice(&newest.config).unwrap();
        assert_eq!(self.config, expected);
    }

    async fn connect(&self) -> Stream {
        let (last_digest, last_version) = match self.by_version {
            true => (String::new(), self.version.clone()),
            false => (self.digest.clone(), String::new()),
        };
        let request = pb::WatchConfigRequest {
            app: "orders".to_owned(),
            profiles: vec!["dev".to_owned()],
            last_digest,
            last_version,
            ..Default::default()
        };
        let watched = self.grpc.watch_config(Request::new(request)).await;
        watched.unwrap().into_inner()
    }

    async fn newest(&self) -> pb::GetConfigResponse {
        let request = pb::GetConfigRequest {
            app: "orders".to_owned(),
            profiles: vec!["dev".to_owned()],
            ..Default::default()
        };
        let read = self.grpc.get_config(Request::new(request)).await;
        read.unwrap().into_inner()
    }
}

async fn write(service: &Service, path: &str, value: &Value) {
    let version = format!("v{}", service.state().head);
    let text = json!({"value": value}).to_string();
    service.run(put(&version, path, &text)).await.unwrap();
}

async fn run(steps: Vec<Step>) {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let mut watcher = Watcher::new(calls(&service));
    for step in steps {
        match step {
            Step::Write(path, value) => write(&service, PATHS[path], &value).await,
            Step::Read => watcher.read().await,
            Step::Disconnect(by_version) => {
                (watcher.stream, watcher.by_version) = (None, by_version);
            }
        }
    }
    watcher.read().await;
    drop(watcher);
    service.close().await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::random::rounds(24)))]

    #[test]
    fn patches_make_the_new_of_the_old_and_the_newest_is_reached(
        steps in prop::collection::vec(step(), 1..20)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(run(steps));
    }
}

/// Who holds a configuration that is remembered gets what changed since; who holds
/// one that is not gets the whole.
#[tokio::test]
async fn a_watch_resumes_at_a_digest_that_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    let mut watcher = Watcher::new(calls(&service));
    let mut digests = Vec::new();
    let mut versions = Vec::new();
    for n in 0..30 {
        write(
            &service,
            "orders.json",
            &json!({"n": n, "filler": "x".repeat(500)}),
        )
        .await;
        watcher.read().await;
        digests.push(watcher.digest.clone());
        versions.push(watcher.version.clone());
    }
    watcher.digest = digests[20].clone();
    let resumed = watcher.connect().await.next().await.unwrap().unwrap();
    let Some(Event::Change(change)) = resumed.event else {
        panic!("{resumed:?}")
    };
    assert_eq!(
        change.patch,
        r#"[{"op":"replace","path":"/value/n","value":29}]"#
    );
    watcher.digest = "0".repeat(64);
    let resumed = watcher.connect().await.next().await.unwrap().unwrap();
    assert!(matches!(resumed.event, Some(Event::Snapshot(_))));
    watcher.digest = digests[29].clone();
    let resumed = watcher.connect().await.next().await.unwrap().unwrap();
    assert!(
        matches!(resumed.event, Some(Event::Progress(_))),
        "it is up to date"
    );
    watcher.by_version = true;
    for (at, patch) in [
        (20, r#"[{"op":"replace","path":"/value/n","value":29}]"#),
        (29, "[]"),
    ] {
        watcher.version = versions[at].clone();
        let resumed = watcher.connect().await.next().await.unwrap().unwrap();
        let Some(Event::Change(change)) = resumed.event else {
            panic!("{resumed:?}")
        };
        assert_eq!(
            (&*change.patch, &change.old_version),
            (patch.as_bytes(), &versions[at])
        );
    }
    watcher.version = "none".to_owned();
    let resumed = watcher.connect().await.next().await.unwrap().unwrap();
    assert!(matches!(resumed.event, Some(Event::Snapshot(_))));
    drop(watcher);
    service.close().await;
}

/// The same content under another version changes nothing but the version.
#[tokio::test]
async fn a_new_version_of_the_same_content_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::open(folder.path()).await;
    service.run(put("v1", "orders.yml", "a: 1")).await.unwrap();
    let mut watcher = Watcher::new(calls(&service));
    watcher.read().await;
    service
        .run(put("v2", "orders.yml", "a: 1 # one"))
        .await
        .unwrap();
    let stream = watcher.stream.as_mut().unwrap();
    let change = loop {
        if let Some(Event::Change(change)) = stream.next().await.unwrap().unwrap().event {
            break change;
        }
    };
    assert_eq!((&*change.old_version, &*change.new_version), ("v1", "v2"));
    assert_eq!(change.patch, "[]");
    drop(watcher);
    service.close().await;
}
