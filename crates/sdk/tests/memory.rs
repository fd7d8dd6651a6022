//! What the client takes of memory: a program with it beside one without it, both with a runtime.
//!
//! `cargo test -p vortex-sdk --test memory`; with `--release` for what an application gets.

#![allow(clippy::unwrap_used, clippy::expect_used)] // what fails in a test ends it
#![allow(clippy::print_stdout)] // it is what this is for

#[path = "memory/tls.rs"]
mod tls;

use std::{
    any::Any,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio, exit},
    time::Duration,
};

use serde_json::Value;
use vortex_sdk::{Client, Following};
use vortex_tests::{Mesh, Mode, Options, ServiceName};

/// What the client may take, in KiB: all in all, and without the program's own code.
const LIMIT: u64 = 5 << 10;
const OWN_LIMIT: u64 = 1 << 10;
/// What a program is to be: without a client, or with one of this server.
const PART: &str = "VORTEX_MEMORY_PART";
/// Whom it trusts.
const CA: &str = "VORTEX_MEMORY_CA";
/// Where it reports, if elsewhere.
const HEARTBEATS: &str = "VORTEX_MEMORY_HEARTBEATS";

/// Memory of a program, in KiB.
#[derive(Debug)]
struct Memory {
    /// All that is resident, code that was read from its file included.
    resident: u64,
    /// What it has for itself: heap and stacks.
    own: u64,
}

impl Memory {
    fn of(id: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let size = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let size = line.and_then(|line| line.trim().strip_suffix(" kB"));
            size.unwrap().parse().unwrap()
        };
        Self {
            resident: size("VmRSS:"),
            own: size("RssAnon:"),
        }
    }

    fn over(&self, without: &Self) -> Self {
        Self {
            resident: self.resident.saturating_sub(without.resident),
            own: self.own.saturating_sub(without.own),
        }
    }
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    match std::env::var(PART) {
        Ok(part) => runtime.block_on(be(&part)),
        Err(_) => runtime.block_on(measure()),
    }
}

/// A program that says when it has done all it does, and waits to be ended.
async fn be(part: &str) {
    let _held: Option<Box<dyn Any>> = match part {
        "without" => None,
        // trusts whom the machine trusts, and calls nobody
        "authorities" => Some(Box::new(
            Client::builder("https://localhost:1", "orders")
                .build()
                .unwrap(),
        )),
        server => Some(Box::new(working(server).await)),
    };
    println!("ready");
    // the standard input ends with the one who measures
    let waited = tokio::task::spawn_blocking(|| std::io::stdin().lines().next());
    drop(waited.await);
    exit(0);
}

/// A client that does all it can.
async fn working(server: &str) -> (Client, Following<Value>) {
    let mut client = Client::builder(server, "orders").profile("prod");
    if let Ok(ca) = std::env::var(CA) {
        client = client.ca(ca);
    }
    if let Ok(heartbeats) = std::env::var(HEARTBEATS) {
        client = client.heartbeat_url(heartbeats);
    }
    let client = client.build().unwrap();
    client.fetch::<Value>().await.unwrap();
    let mut following = client.on_change::<Value>(|_| Ok(())).unwrap();
    client.start_heartbeats().unwrap();
    // a gateway from before heartbeats has none to take it
    let _ = client.report_now().await;
    for number in 0..10_000_u32 {
        client.record_request(Duration::from_micros(u64::from(number)), true);
    }
    let moment = Duration::from_secs(1);
    let _ = tokio::time::timeout(moment, following.changed()).await;
    (client, following)
}

async fn measure() {
    let mesh = Mesh::start(Mode::One, &Options::default());
    let keys = (0..200).map(|key| format!("key-{key}: {{host: host-{key}, port: {key}}}\n"));
    let keys: String = keys.collect();
    let written = mesh.put("/api/configs/orders/prod", &keys).await;
    assert!(written.status < 300, "{}", written.text());
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let plain = format!("http://{}", mesh.http);
    let by_tls = tls::in_front_of(mesh.http, &ca).await;
    let mut parts = vec![
        Part::of("without", "a program without a client"),
        Part::of("authorities", "whom the machine trusts, alone"),
        Part::of(&plain, "plain HTTP"),
        Part::of(&by_tls, "TLS"),
    ];
    if cfg!(feature = "grpc") {
        let at = |service| mesh.services[service].grpc;
        let (config, ingest) = (at(ServiceName::Config), at(ServiceName::Ingest));
        parts.push(Part {
            heartbeats: Some(format!("grpc://{ingest}")),
            ..Part::of(&format!("grpc://{config}"), "plain gRPC")
        });
        let secure = |url: String| url.replace("https", "grpcs");
        let config = secure(tls::in_front_of(config, &ca).await);
        parts.push(Part {
            heartbeats: Some(secure(tls::in_front_of(ingest, &ca).await)),
            ..Part::of(&config, "gRPC by TLS")
        });
    }
    // waiting for them would keep the servers in front of the mesh from serving
    let measured = tokio::task::spawn_blocking(move || {
        let measured = parts.into_iter().map(|part| (part.memory(&ca), part));
        measured.collect::<Vec<_>>()
    });
    let measured = measured.await.unwrap();
    let (without, _) = &measured[0];
    println!("{}: {without:?} KiB", measured[0].1.what);
    for (memory, part) in &measured[1..] {
        let more = memory.over(without);
        println!("more with {}: {more:?} KiB", part.what);
        if part.is == "authorities" {
            continue;
        }
        assert!(more.own < OWN_LIMIT, "{more:?}");
        // the code of a build for tests is no measure of an application's
        assert!(more.resident < LIMIT || cfg!(debug_assertions), "{more:?}");
    }
    mesh.stop();
}

/// A program to measure.
struct Part {
    is: String,
    what: String,
    heartbeats: Option<String>,
}

impl Part {
    fn of(is: &str, what: &str) -> Self {
        Self {
            is: is.to_owned(),
            what: what.to_owned(),
            heartbeats: None,
        }
    }

    fn memory(&self, ca: &Path) -> Memory {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new(program);
        if self.is.starts_with("https") || self.is.starts_with("grpcs") {
            command.env(CA, ca);
        }
        if let Some(heartbeats) = &self.heartbeats {
            command.env(HEARTBEATS, heartbeats);
        }
        let mut child = command
            .env(PART, &self.is)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "{}", self.is);
        let memory = Memory::of(child.id());
        drop(child.stdin.take());
        child.wait().unwrap();
        memory
    }
}
