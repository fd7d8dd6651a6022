//! What the client takes of memory: a program with it beside one without it, both with a runtime.
//!
//! `cargo test -p vortex-sdk --test memory`; with `--release` for what an application gets.

#![allow(clippy::unwrap_used, clippy::expect_used)] // what fails in a test ends it
#![allow(clippy::print_stdout)] // it is what this is for

use std::{
    any::Any,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio, exit},
    time::Duration,
};

use serde_json::{Value, json};
use vortex_sdk::{Client, Following};
use vortex_tests::{Mesh, Mode, Options, resident};

/// What the client may take.
const LIMIT: u64 = 5 << 20;
/// What the program is to be, and where its server is.
const PART: &str = "VORTEX_MEMORY_PART";
const SERVER: &str = "VORTEX_MEMORY_SERVER";

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
    let server = std::env::var(SERVER).unwrap();
    let _held: Option<Box<dyn Any>> = match part {
        "with" => Some(Box::new(working(&server).await)),
        "tls" => Some(Box::new(
            Client::builder("https://localhost:1", "orders")
                .build()
                .unwrap(),
        )),
        _ => None,
    };
    println!("ready");
    // the standard input ends with the one who measures
    let waited = tokio::task::spawn_blocking(|| std::io::stdin().lines().next());
    drop(waited.await);
    exit(0);
}

/// A client that does all it can.
async fn working(server: &str) -> (Client, Following<Value>) {
    let client = Client::builder(server, "orders").profile("prod");
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
    let written = mesh
        .put("/api/configs/orders/prod", &keys.collect::<String>())
        .await;
    assert!(written.status < 300, "{}", written.text());
    let server = format!("http://{}", mesh.http);
    let [without, with, tls] = ["without", "with", "tls"].map(|part| resident_of(part, &server));
    let kib = |bytes: u64| bytes >> 10;
    println!(
        "{}",
        json!({
            "without": kib(without), "with": kib(with), "with_authorities": kib(tls),
            "added": kib(with.saturating_sub(without)), "unit": "KiB",
        })
    );
    assert!(
        with.saturating_sub(without) < LIMIT,
        "it takes {} KiB more",
        kib(with - without)
    );
    mesh.stop();
}

fn resident_of(part: &str, server: &str) -> u64 {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .envs([(PART, part), (SERVER, server)])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n", "{part}");
    let resident = resident(child.id());
    drop(child.stdin.take());
    child.wait().unwrap();
    resident
}
