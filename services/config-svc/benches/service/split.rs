//! Warm reads of a configuration under no, one and three splits, by fifty instances in
//! turn: what choosing arms adds.

use std::sync::Arc;

use tonic::Request;
use vortex_config_svc::parts::{
    BeginSplit, Command, Configuration, Forced, Grpc, Label, Request as Asked, SetSplit, Share,
    Sources, SplitMove, Subject, Unit, ViewKey,
};
use vortex_kit::{
    clock::{Clock as _, System},
    shutdown::Lifecycle,
};
use vortex_proto::config::v1::{self as pb, config_service_server::ConfigService as _};

use crate::{
    latency::Latencies,
    scale::{open, write},
};

/// Reads timed as one: the clock is too coarse for a single one.
const TOGETHER: usize = 50;
const ROUNDS: usize = 20_000;
const PATHS: [&str; 3] = ["application.yml", "orders.yml", "orders-dev.yml"];

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let configuration = open(folder.path()).await;
    for path in PATHS {
        write(&configuration, "v1", [text(path, 1)].into_iter(), false).await;
    }
    let mut before = None;
    for (splits, path) in [None].into_iter().chain(PATHS.map(Some)).enumerate() {
        if let Some(path) = path {
            split(&configuration, path, splits).await;
        }
        if splits == 2 {
            continue;
        }
        let median = domain(&configuration, splits).await;
        let none = *before.get_or_insert(median);
        println!("read, {splits} splits: arms add {:.0} ns", median - none);
        grpc(&configuration, splits).await;
    }
}

fn text(path: &str, round: u32) -> (String, String) {
    (
        path.to_owned(),
        format!("round: {round}\nserver:\n  port: 8080\n"),
    )
}

/// Begins a split of a document at one half.
async fn split(configuration: &Configuration, path: &str, number: usize) {
    let change = write(configuration, "v2", [text(path, 2)].into_iter(), true).await;
    let begin = SetSplit {
        label: Label::main(),
        to: SplitMove {
            id: format!("rollout-{number}").parse().unwrap(),
            change,
            share: Share::from_hundredths(5_000).unwrap(),
            unit: Unit::Instance,
            generation: 1,
            forced: Forced::default(),
        },
        begin: BeginSplit::default(),
    };
    let asked = Asked {
        principal: "anonymous".to_owned(),
        key: None,
    };
    let begun = configuration.write(asked, Command::SetSplit(begin), Vec::new());
    begun.await.unwrap();
}

fn instances() -> Vec<String> {
    let names = (0..TOGETHER).map(|n| format!("orders-6d5f8c9b7-x2v{n}"));
    names.collect()
}

/// The domain's call. Answers its median in nanoseconds.
async fn domain(configuration: &Configuration, splits: usize) -> f64 {
    let key = ViewKey {
        apps: vec!["orders".parse().unwrap()],
        profiles: vec!["dev".parse().unwrap()],
        labels: vec![Label::main()],
    };
    let (instances, clock) = (instances(), System::new());
    let mut latencies = Latencies::default();
    for _ in 0..ROUNDS {
        let began = clock.monotonic();
        for instance in &instances {
            let subject = Subject {
                instance: Some(instance),
                key: None,
            };
            let state = configuration.state();
            let reading = configuration.read(&state, &key, &subject).await.unwrap();
            std::hint::black_box(reading.view.rendered.effective());
        }
        latencies.add(clock.monotonic().saturating_sub(began) / TOGETHER as u32);
    }
    let median = latencies.median();
    latencies.print(&format!("read, {splits} splits, domain, warm"));
    median
}

/// The gRPC handler, assignments in its reply included.
async fn grpc(configuration: &Arc<Configuration>, splits: usize) {
    let grpc = Grpc::new(configuration.clone(), Sources::default(), Lifecycle::new());
    let (instances, clock) = (instances(), System::new());
    let mut latencies = Latencies::default();
    for _ in 0..ROUNDS {
        let began = clock.monotonic();
        for instance in &instances {
            let request = pb::GetConfigRequest {
                app: "orders".to_owned(),
                profiles: vec!["dev".to_owned()],
                instance: instance.clone(),
                ..Default::default()
            };
            std::hint::black_box(grpc.get_config(Request::new(request)).await.unwrap());
        }
        latencies.add(clock.monotonic().saturating_sub(began) / TOGETHER as u32);
    }
    latencies.print(&format!("read, {splits} splits, gRPC handler, warm"));
}
