//! Heartbeats beside what else could take them, in rounds that take turns within one run.
//!
//! `cargo build --profile dist -p vortex-heartbeat-ingest -p vortex-cli && VORTEX_PROGRAMS=target/dist
//! cargo bench --profile dist -p vortex-tests --bench heartbeats`; behind `--`, `batches`, `unary`
//! and `rest` ask for a part of it.
//!
//! - `batches`: a hundred reports from bytes to bytes, as heartbeat-ingest takes them; a loop that
//!   only decodes and inserts into a map; and Redis (`SET … EX`, a hundred in a pipeline) if
//!   `redis-server` is there. Of the same instances, in turn.
//! - `unary` and `rest`: a report a call, of heartbeat-ingest and of `vortex up`, beside a bare
//!   tonic and a bare axum server that decode the same and answer the same.
//!
//! What is compared is the CPU time of who takes them, since a machine that does something else
//! besides changes that least.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod bare;
mod batches;
mod calls;
mod redis;
mod reports;

/// As heartbeat-ingest has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 5;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(bare::serve_if_asked());
    // cargo adds --bench
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let is_asked = |part: &str| asked.iter().all(|arg| *arg == "--bench") || asked.contains(&part);
    if is_asked("batches") {
        batches::compare();
    }
    if is_asked("unary") {
        runtime.block_on(calls::unary());
    }
    if is_asked("rest") {
        runtime.block_on(calls::rest());
    }
}

/// The middle one, the least and the greatest.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (
        values[values.len() / 2],
        values[0],
        values[values.len() - 1],
    )
}
