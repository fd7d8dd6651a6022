//! What reads, starts and writes of the service take.
//!
//! `cargo bench -p vortex-config-svc --bench service [read|scale|start|write]`; `TMPDIR`
//! chooses the file system. Times of reads are of single calls, without encoding.

#![allow(clippy::expect_used, clippy::unwrap_used)] // A benchmark stops on a failure.
#![allow(clippy::print_stdout)] // And prints.

mod latency;
mod petclinic;
mod read;
mod scale;
mod split;
mod start;
mod write;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|w| w == name);
    if runs("read") {
        read::run().await;
        split::run().await;
    }
    if runs("scale") {
        scale::run().await;
    }
    if runs("start") {
        start::run().await;
    }
    if runs("write") {
        write::run().await;
    }
}
