//! A disk that is full: nothing is written and nothing lost, until there is room again.

#![allow(clippy::expect_used)] // A fixture that fails has failed the test.

use std::path::Path;

use futures::executor::block_on;
use vortex_store::{Embedded, Error, Options, Range, Revision, Store, Transaction};
use vortex_tests::SmallDisk;

fn open(path: &Path) -> Embedded {
    Embedded::open(path, Options::default()).expect("it opens")
}

fn put(store: &Embedded, key: &str, value: impl Into<bytes::Bytes>) -> Result<Revision, Error> {
    block_on(store.commit(Transaction::new().put(key.to_owned(), value)))
}

fn has(store: &Embedded, key: &str) -> bool {
    let found = block_on(store.get(key.to_owned().into()));
    found.expect("it is read").is_some()
}

fn keys(store: &Embedded) -> usize {
    let mut count = 0;
    let mut next = Some(Range::prefix("").keys_only());
    while let Some(range) = next {
        let page = block_on(store.range(range.clone())).expect("it is read");
        next = range.after(&page);
        count += page.entries.len();
    }
    count
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_room_and_serves_reads() {
    let Some(disk) = SmallDisk::mount(96) else {
        return;
    };
    let folder = disk.path().join("store");
    let store = open(&folder);
    put(&store, "a", "1").expect("it is taken");
    assert!(store.obstacle().is_none());
    disk.fill();
    for _ in 0..3 {
        let refused = put(&store, "b", "2").expect_err("there is no room");
        assert!(matches!(refused, Error::Full(_)), "{refused:?}");
        let told = refused.to_string();
        assert!(told.contains("the disk is full: 0 MiB are free"), "{told}");
    }
    assert!(matches!(store.obstacle(), Some(Error::Full(_))));
    let maintained = block_on(store.maintain());
    assert!(matches!(maintained, Err(Error::Full(_))), "{maintained:?}");
    assert!(has(&store, "a") && !has(&store, "b"));
    disk.empty();
    assert!(store.obstacle().is_none());
    assert_eq!(put(&store, "c", "3").expect("there is room"), Revision(2));
    block_on(store.maintain()).expect("there is room");
    block_on(store.close()).expect("it closes");
    let store = open(&folder);
    assert!(has(&store, "a") && !has(&store, "b") && has(&store, "c"));
}

#[test]
fn a_store_opens_and_is_read_on_a_disk_without_a_byte_left() {
    let Some(disk) = SmallDisk::mount(96) else {
        return;
    };
    let folder = disk.path().join("store");
    put(&open(&folder), "a", "1").expect("it is taken");
    disk.fill();
    for _ in 0..2 {
        let store = open(&folder);
        assert!(has(&store, "a"));
        let refused = put(&store, "b", "2").expect_err("there is no room");
        assert!(matches!(refused, Error::Full(_)), "{refused:?}");
    }
    let store = open(&folder);
    disk.empty();
    put(&store, "b", "2").expect("there is room");
}

#[test]
fn a_store_that_fills_its_disk_itself_stops_in_time() {
    let Some(disk) = SmallDisk::mount(128) else {
        return;
    };
    let folder = disk.path().join("store");
    let store = open(&folder);
    let mut taken = 0;
    let refused = loop {
        let value: Vec<u8> = (0..1_000_000).map(|_| fastrand::u8(..)).collect();
        match put(&store, &format!("{taken:04}"), value) {
            Ok(_) => taken += 1,
            Err(refused) => break refused,
        }
    };
    println!("{taken} MB were taken");
    assert!(matches!(refused, Error::Full(_)), "{refused:?}");
    assert!(taken > 10, "{taken} MB of 128");
    assert_eq!(keys(&store), taken);
    block_on(store.close()).expect("it closes");
    assert_eq!(keys(&open(&folder)), taken);
}

/// Another program takes all room and gives it back, again and again.
#[test]
fn a_disk_that_is_full_now_and_then_loses_nothing_and_keeps_nothing_that_was_refused() {
    let Some(disk) = SmallDisk::mount(96) else {
        return;
    };
    let folder = disk.path().join("store");
    let store = open(&folder);
    let (mut taken, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        let filler = scope.spawn(|| {
            for _ in 0..60 {
                disk.fill();
                disk.empty();
            }
        });
        while !filler.is_finished() {
            let value: Vec<u8> = (0..fastrand::usize(1..100_000))
                .map(|_| fastrand::u8(..))
                .collect();
            // A few keys, so that the disk does not fill by them.
            let transaction = Transaction::new()
                .put(format!("{}", taken % 20), value)
                .put("count", (taken + 1).to_string());
            match block_on(store.commit(transaction)) {
                Ok(_) => taken += 1,
                Err(error) if error.is_passing() => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
        }
    });
    println!("{taken} were taken and {refused} refused");
    assert_eq!(store.revision(), Revision(taken));
    block_on(store.close()).expect("it closes");
    let store = open(&folder);
    assert_eq!(store.revision(), Revision(taken));
    let count = block_on(store.get("count".into())).expect("it is read");
    let count = count.map_or_else(Vec::new, |entry| entry.value.to_vec());
    assert_eq!(String::from_utf8_lossy(&count), taken.to_string());
}
