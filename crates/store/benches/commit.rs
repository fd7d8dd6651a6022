//! Durable commits a second, beside what the file system under them allows.
//!
//! `cargo bench -p vortex-store --bench commit`; the folder is a temporary one, so `TMPDIR`
//! chooses the file system. Each figure is the median of several runs in one process.

#![allow(clippy::print_stdout, clippy::expect_used)] // A benchmark prints, and stops on a failure.
#![allow(clippy::disallowed_methods)] // It measures the real clock.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use futures::executor::block_on;
use futures::future::join_all;
use vortex_store::{Embedded, Options, Store, Transaction};

const VALUE: [u8; 100] = [b'v'; 100];
const RUNS: usize = 5;
const ALONE: usize = 4_000;
const TOGETHER: usize = 200_000;
const WRITERS: usize = 64;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let alone = median(|run| commits(&folder.path().join(format!("alone-{run}")), 1, ALONE));
    let raw_1 = median(|run| appends(&folder.path().join(format!("raw-1-{run}")), 1, ALONE));
    report("alone", alone, raw_1);
    let tasks = median(|run| tasks(&folder.path().join(format!("tasks-{run}")), TOGETHER));
    let raw_32 = median(|run| appends(&folder.path().join(format!("raw-32-{run}")), 32, TOGETHER));
    let raw_64 = median(|run| appends(&folder.path().join(format!("raw-64-{run}")), 64, TOGETHER));
    println!("raw append, preallocated, fdatasync: {raw_32:.0}/s in 32s, {raw_64:.0}/s in 64s");
    report("64 writers, tasks", tasks, raw_64);
    let threads = median(|run| {
        commits(
            &folder.path().join(format!("threads-{run}")),
            WRITERS,
            TOGETHER,
        )
    });
    report("64 writers, threads", threads, raw_64);
}

fn report(name: &str, commits: f64, raw: f64) {
    println!(
        "{name}: {commits:.0} commits/s, raw append {raw:.0}/s, ratio {:.2}",
        commits / raw
    );
}

fn median(run: impl Fn(usize) -> f64) -> f64 {
    let mut rates: Vec<f64> = (0..RUNS).map(run).collect();
    rates.sort_by(f64::total_cmp);
    rates[RUNS / 2]
}

fn rate(count: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    #[expect(clippy::cast_precision_loss, reason = "counts of a benchmark")]
    let count = count as f64;
    count / start.elapsed().as_secs_f64()
}

/// Commits one after the other from each of some threads.
fn commits(path: &Path, writers: usize, count: usize) -> f64 {
    let store = Embedded::open(path, Options::default()).expect("it opens");
    let write = |writer: usize| {
        for n in 0..count / writers {
            block_on(store.commit(put(writer, n))).expect("it is taken");
        }
    };
    rate(count, || {
        thread::scope(|scope| {
            (0..writers).for_each(|writer| drop(scope.spawn(move || write(writer))));
        });
    })
}

/// The same from tasks of one runtime, as a service has them.
fn tasks(path: &Path, count: usize) -> f64 {
    let store = Arc::new(Embedded::open(path, Options::default()).expect("it opens"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .build()
        .expect("a runtime");
    let write = |writer: usize| {
        let store = Arc::clone(&store);
        runtime.spawn(async move {
            for n in 0..count / WRITERS {
                store.commit(put(writer, n)).await.expect("it is taken");
            }
        })
    };
    rate(count, || {
        let writers: Vec<_> = (0..WRITERS).map(write).collect();
        block_on(join_all(writers))
            .into_iter()
            .for_each(|done| done.expect("no panic"));
    })
}

fn put(writer: usize, n: usize) -> Transaction {
    Transaction::new().put(format!("bench/{writer:02}/{n:08}"), &VALUE[..])
}

/// Appends as many bytes as the commits have, to a file that is written in full before, and syncs
/// after each group.
fn appends(path: &Path, group: usize, count: usize) -> f64 {
    use std::os::unix::fs::FileExt;
    let record = vec![b'r'; (VALUE.len() + "bench/00/00000000".len()) * group];
    let mut file = File::create(path).expect("a file");
    file.write_all(&vec![0; record.len() * count.div_ceil(group)])
        .expect("it is preallocated");
    file.sync_all().expect("it is synced");
    rate(count, || {
        for n in 0..count.div_ceil(group) {
            file.write_all_at(&record, (n * record.len()) as u64)
                .expect("it is written");
            file.sync_data().expect("it is synced");
        }
    })
}
