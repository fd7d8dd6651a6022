//! The bounds of the embedded engine: recent changes, waiting commits, disk space.

#![allow(clippy::expect_used)] // A fixture that fails has failed the test.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use futures::future::join_all;
use vortex_store::{Embedded, Error, Observer, Options, Range, Revision, Store, Transaction};

fn open(folder: &tempfile::TempDir, options: Options) -> Embedded {
    Embedded::open(folder.path(), options).expect("it opens")
}

fn put(store: &Embedded, n: u64) -> Revision {
    let transaction = Transaction::new().put("key", n.to_string());
    block_on(store.commit(transaction)).expect("it is taken")
}

/// Asserts that changes up to `oldest` are no longer kept.
fn assert_compacted<T: std::fmt::Debug>(outcome: &Result<T, Error>, oldest: u64) {
    let told = match outcome {
        Err(Error::Compacted { oldest }) => Some(oldest.0),
        _ => None,
    };
    assert_eq!(told, Some(oldest), "{outcome:?}");
}

#[test]
fn a_slow_watch_falls_out_and_holds_up_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(
        &folder,
        Options {
            recent_changes: 10,
            ..Options::default()
        },
    );
    let mut slow = block_on(store.watch("".into(), Revision(0))).expect("it is all kept");
    for n in 1..=11 {
        put(&store, n);
    }
    let outcome = block_on(slow.next());
    assert_compacted(&outcome.expect("it says why it ends"), 1);
    assert!(block_on(slow.next()).is_none());
    let late = block_on(store.watch("".into(), Revision(0)));
    assert_compacted(&late, 1);
    let mut last = block_on(store.watch("".into(), Revision(1))).expect("the rest is kept");
    let next = block_on(last.next())
        .expect("it goes on")
        .expect("it does not fail");
    assert_eq!(next.revision, Revision(2));
}

#[test]
fn recent_changes_are_bounded_in_bytes_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(
        &folder,
        Options {
            recent_bytes: 10_000,
            ..Options::default()
        },
    );
    for _ in 0..3 {
        let large = Transaction::new().put("key", vec![7; 6_000]);
        block_on(store.commit(large)).expect("it is taken");
    }
    let late = block_on(store.watch("".into(), Revision(1)));
    assert_compacted(&late, 2);
}

#[test]
fn after_a_restart_changes_are_kept_from_there_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    put(&open(&folder, Options::default()), 1);
    let store = open(&folder, Options::default());
    let late = block_on(store.watch("".into(), Revision(0)));
    assert_compacted(&late, 1);
    block_on(store.watch("".into(), Revision(1))).expect("nothing is missing after that");
}

/// Holds the committer before each sync until it is let go.
struct Holding(Mutex<Receiver<()>>);

impl Observer for Holding {
    fn sync_started(&self, _: usize) {
        // An error says that the test has let go for good.
        let _ = self.0.lock().expect("nobody panics with it").recv();
    }
}

#[test]
fn more_commits_than_can_wait_are_refused_and_leave_no_gap() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (let_go, held) = channel();
    let observer: Arc<dyn Observer> = Arc::new(Holding(Mutex::new(held)));
    let store = open(
        &folder,
        Options {
            observer: Some(observer),
            ..Options::default()
        },
    );
    let large = || Transaction::new().put("key", vec![7; 1 << 20]);
    let commits: Vec<_> = (0..64).map(|_| store.commit(large())).collect();
    drop(let_go);
    let outcomes = block_on(join_all(commits));
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(
        outcomes
            .iter()
            .any(|outcome| matches!(outcome, Err(Error::Overloaded)))
    );
    assert_eq!(store.revision(), Revision(taken as u64));
}

#[test]
fn space_comes_back_when_entries_are_overwritten_and_deleted() {
    let (full, left) = space_after_maintenance(20);
    assert!(full > 20_000_000, "{full} bytes before");
    assert!(left < 2_000_000, "{left} bytes of {full} are left");
}

/// The engine begins a new journal after 64 MB; where that happens within the maintenance, there
/// is next to nothing in the journal, and all the more in tables that are no longer needed.
#[test]
fn space_comes_back_wherever_the_journal_ends() {
    for rounds in [63, 65, 67] {
        let (full, left) = space_after_maintenance(rounds);
        assert!(
            left < 2_000_000,
            "{rounds}: {left} bytes of {full} are left"
        );
    }
}

/// Bytes before and after the maintenance of a store in which a hundred entries of 10 kB were
/// written `rounds` times, and most deleted.
fn space_after_maintenance(rounds: usize) -> (u64, u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&folder, Options::default());
    for round in 0..rounds {
        let write = |n: u32| {
            let value: Vec<u8> = (0..10_000).map(|_| fastrand::u8(..)).collect();
            store.commit(Transaction::new().put(format!("{n}"), value))
        };
        for outcome in block_on(join_all((0..100).map(write))) {
            outcome.unwrap_or_else(|error| panic!("round {round}: {error}"));
        }
    }
    let full = store.bytes();
    (0..90).for_each(|n| {
        block_on(store.commit(Transaction::new().delete(format!("{n}")))).expect("it is taken");
    });
    block_on(store.maintain()).expect("maintenance works");
    let left = block_on(store.range(Range::prefix("").keys_only())).expect("it is answered");
    assert_eq!(left.entries.len(), 10);
    (full, store.bytes())
}

#[derive(Default)]
struct Counting {
    started: AtomicUsize,
    durable: AtomicUsize,
}

impl Observer for Counting {
    fn sync_started(&self, transactions: usize) {
        self.started.fetch_add(transactions, Ordering::Relaxed);
    }

    fn sync_ended(&self, durable: bool) {
        self.durable
            .fetch_add(usize::from(durable), Ordering::Relaxed);
    }
}

#[test]
fn an_observer_is_told_of_each_sync() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let observer = Arc::new(Counting::default());
    let told: Arc<dyn Observer> = Arc::clone(&observer) as Arc<dyn Observer>;
    let store = open(
        &folder,
        Options {
            observer: Some(told),
            ..Options::default()
        },
    );
    for n in 1..=3 {
        put(&store, n);
    }
    let stale = Transaction::new().require_absent("key").put("key", "x");
    block_on(store.commit(stale)).expect_err("it is there");
    block_on(store.close()).expect("it closes");
    let stats = store.stats();
    assert_eq!(
        (stats.commits, stats.conflicts, stats.syncs, stats.waiting),
        (3, 1, 3, 0)
    );
    assert_eq!(observer.started.load(Ordering::Relaxed), 3);
    assert_eq!(observer.durable.load(Ordering::Relaxed), 3);
}
