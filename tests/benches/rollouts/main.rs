//! Measures rollout-svc with many rollouts that report every second.
//!
//! `cargo build --release --workspace --bins && cargo bench -p vortex-tests --bench rollouts`
//!
//! Each rollout has a document of its own, and reports both arms once a second in one call, spread
//! evenly over the second. One in ten goes on by itself with each slice that passes, which makes as
//! many promotions a second as when all were of the strategy `conservative`; the others stay where
//! they are. Nothing here is an assertion about time: a rate that was not reached is printed, and
//! the CPU time for a report says what it would take.
//!
//! `VORTEX_BENCH_ROLLOUTS` (10000), `VORTEX_BENCH_SECONDS` (60) and `VORTEX_BENCH_INTERVAL` (30 s) make
//! it smaller, longer, or slices shorter.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod counts;
mod load;
mod population;
mod workers;

use std::time::Duration;

use tokio::time::Instant;
use vortex_tests::{Mesh, Mode, Options, ServiceName, cpu_time, resident, written};

use counts::Counts;
use load::Load;
use population::Population;

/// How many rollouts report.
const ROLLOUTS: usize = 10_000;
/// For how long is measured.
const SECONDS: usize = 60;
/// How long a slice takes. They report for as long before it is measured, and begin spread over as
/// long, so that slices close all the while.
const INTERVAL: usize = 30;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rollouts = setting("VORTEX_BENCH_ROLLOUTS", ROLLOUTS);
    let seconds = setting("VORTEX_BENCH_SECONDS", SECONDS);
    let interval = setting("VORTEX_BENCH_INTERVAL", INTERVAL);
    let mut mesh = Mesh::start(Mode::Many, &Options::default());
    let began = Instant::now();
    let population = Population::create(&mesh, rollouts, interval).await;
    let took = began.elapsed().as_secs_f64();
    println!("{rollouts} rollouts written, staged, created and started in {took:.1} s");
    memory(&mesh, "before any report");
    let load = Load::new(mesh.services[ServiceName::Rollout].grpc, population.ids).await;
    load.run(interval).await;
    memory(&mesh, "after the warm-up");
    measure(&mesh, &load, seconds).await;
    memory(&mesh, "at the end");
    restart(&mut mesh, rollouts).await;
}

fn setting(name: &str, default: usize) -> usize {
    let given = std::env::var(name).ok();
    given.map_or(default, |given| given.parse().expect("a number"))
}

async fn measure(mesh: &Mesh, load: &Load, seconds: usize) {
    let cpu = |service| cpu_time(mesh.process(service).id());
    let before = Counts::read(mesh).await;
    let disk = || written(mesh.process(ServiceName::Rollout).id());
    let (rollout, config, began) = (
        cpu(ServiceName::Rollout),
        cpu(ServiceName::Config),
        Instant::now(),
    );
    let stored = disk();
    let reported = load.run(seconds).await;
    let wall = began.elapsed();
    let (rollout, config) = (
        cpu(ServiceName::Rollout) - rollout,
        cpu(ServiceName::Config) - config,
    );
    let stored = (disk() - stored) as f64 / wall.as_secs_f64();
    let after = Counts::read(mesh).await;
    println!("{reported}");
    let share = |cpu: Duration| cpu.as_secs_f64() / wall.as_secs_f64();
    println!(
        "CPU: rollout-svc {:.3} cores, {:.1} µs a report; config-svc {:.3} cores; \
         rollout-svc writes {:.2} MB/s",
        share(rollout),
        rollout.as_secs_f64() * 1e6 / reported.calls() as f64,
        share(config),
        stored / 1e6,
    );
    println!("meanwhile: {}", after.since(&before));
    println!("then: {}", after.standing());
}

fn memory(mesh: &Mesh, when: &str) {
    let megabytes = |service| resident(mesh.process(service).id()) as f64 / 1e6;
    println!(
        "memory {when}: rollout-svc {:.1} MB, config-svc {:.1} MB",
        megabytes(ServiceName::Rollout),
        megabytes(ServiceName::Config),
    );
}

/// Ends rollout-svc in order, then as a crash would, and starts it again each time.
async fn restart(mesh: &mut Mesh, rollouts: usize) {
    for how in ["SIGTERM", "SIGKILL"] {
        match how {
            "SIGTERM" => drop(mesh.process_mut(ServiceName::Rollout).terminate()),
            _ => mesh.kill(ServiceName::Rollout),
        }
        let began = Instant::now();
        mesh.start_again(ServiceName::Rollout);
        let took = began.elapsed().as_secs_f64();
        println!("start with {rollouts} rollouts after {how}: {took:.2} s");
        memory(mesh, "then");
    }
}
