//! REST reads through the whole mesh, beside a bare axum answer of the same bytes, in one run; and
//! what keys and TLS add to them.
//!
//! `cargo build --release --workspace --bins && cargo bench -p vortex-tests --bench rest`; behind
//! `--`, `one`, `many` and `access` ask for a part of it.
//!
//! Reads are Spring's environment of petclinic's `vets-service/docker,mysql`, written through the
//! API. Ten times a second what is read is written again, and each answer is then read back: an
//! older one ends the run. The rate says what a machine gives that runs server and load
//! together; the server's CPU time for a request does not depend on the load's own cost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod access;
mod bare;

use std::{
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use vortex_tests::{Load, Mesh, Mode, Options, bundle};

use bare::Bare;

const ROUNDS: usize = 3;
const PATH: &str = "/vets-service/docker,mysql";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    bare::serve_if_asked();
    // cargo adds --bench
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let is_asked = |part: &str| asked.iter().all(|arg| *arg == "--bench") || asked.contains(&part);
    let compared = async {
        for (part, mode) in [("one", Mode::One), ("many", Mode::Many)] {
            if is_asked(part) {
                compare(mode).await;
            }
        }
        if is_asked("access") {
            access::compare().await;
        }
    };
    tokio::task::LocalSet::new().run_until(compared).await;
}

async fn compare(mode: Mode) {
    let mesh = Rc::new(Mesh::start(mode, &Options::default()));
    write_petclinic(&mesh).await;
    let body = mesh.get(PATH).await.body;
    println!("{mode:?}: {} bytes an answer", body.len());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &body).unwrap();
    let bare = Bare::start(file.path(), None);
    let mut ratios = Vec::new();
    for round in 1..=ROUNDS {
        let reference = Load::of(bare.address, "/").run(&[bare.id()]).await;
        let writing = Writing::start(mesh.clone());
        let ids: Vec<u32> = mesh
            .processes
            .iter()
            .map(vortex_tests::Process::id)
            .collect();
        let ours = Load::of(mesh.http, PATH).run(&ids).await;
        let writes = writing.stop().await;
        let ratio = ours.per_second / reference.per_second;
        println!(
            "  round {round}: bare axum {:.0}/s, {:.1} µs CPU; vortex {:.0}/s, {:.1} µs CPU; \
             rate ratio {ratio:.2}, CPU ratio {:.2}; {writes} writes read back, none stale",
            reference.per_second,
            reference.cpu_micros,
            ours.per_second,
            ours.cpu_micros,
            reference.cpu_micros / ours.cpu_micros,
        );
        ratios.push(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    println!("  median rate ratio {:.2}\n", ratios[ROUNDS / 2]);
}

async fn write_petclinic(mesh: &Mesh) {
    let repository = bundle("petclinic-config.bundle");
    let file = |path: &str| repository.git(&["show", &format!("main:{path}")]);
    let documents: Vec<_> = ["application.yml", "vets-service.yml"]
        .map(|path| json!({"path": path, "content": file(path)}))
        .into();
    let written = mesh
        .post("/api/changes", &json!({"documents": documents}))
        .await;
    assert_eq!(written.status, 201, "{}", written.text());
}

/// Writes what is read ten times a second, and reads each answer back.
struct Writing {
    stop: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<u64>,
}

impl Writing {
    fn start(mesh: Rc<Mesh>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let task = tokio::task::spawn_local(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(100));
            let mut writes = 0;
            while !told.load(Ordering::Relaxed) {
                ticks.tick().await;
                writes += 1;
                let written = mesh
                    .put(
                        "/api/configs/vets-service/mysql",
                        &format!("written: {writes}\n"),
                    )
                    .await;
                assert!(written.status < 300, "{}", written.text());
                let read = mesh.get(PATH).await.json();
                let source = &read["propertySources"][0]["source"];
                assert_eq!(source["written"], writes, "a stale answer: {read}");
            }
            writes
        });
        Self { stop, task }
    }

    async fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.task.await.unwrap()
    }
}
