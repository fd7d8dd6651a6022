//! A folder that is moved, removed or replaced under a store: nothing is acknowledged that the
//! next process would not find.

#![allow(clippy::expect_used)] // A fixture that fails has failed the test.

use std::fs;
use std::path::Path;

use futures::executor::block_on;
use vortex_store::{Embedded, Error, Options, Store, Transaction};

fn open(path: &Path) -> Embedded {
    Embedded::open(path, Options::default()).expect("it opens")
}

fn put(store: &Embedded, key: &'static str) -> Result<(), Error> {
    block_on(store.commit(Transaction::new().put(key, "1"))).map(drop)
}

fn has(store: &Embedded, key: &'static str) -> bool {
    block_on(store.get(key.into()))
        .expect("it is read")
        .is_some()
}

/// Asserts that writes are refused because this is missing, and that reads go on.
fn assert_displaced(store: &Embedded, path: &Path) {
    for _ in 0..50 {
        match put(store, "lost") {
            Err(Error::Displaced { path: told }) => assert_eq!(told, path),
            other => panic!("{other:?}"),
        }
    }
    let told = store.obstacle().expect("it is told").to_string();
    assert!(told.contains(&path.display().to_string()), "{told}");
    assert!(has(store, "a"));
}

#[test]
fn a_folder_that_was_moved_takes_no_writes_until_it_is_back() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (path, elsewhere) = (place.path().join("store"), place.path().join("elsewhere"));
    let store = open(&path);
    put(&store, "a").expect("it is taken");
    fs::rename(&path, &elsewhere).expect("it is moved");
    assert_displaced(&store, &path);
    fs::rename(&elsewhere, &path).expect("it is moved back");
    assert!(store.obstacle().is_none());
    put(&store, "b").expect("it is taken");
    block_on(store.close()).expect("it closes");
    let store = open(&path);
    assert!(has(&store, "a") && has(&store, "b") && !has(&store, "lost"));
}

#[test]
fn a_folder_that_was_removed_takes_no_writes() {
    for part in ["", "LOCK", "db"] {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("store");
        let store = open(&path);
        put(&store, "a").expect("it is taken");
        // In one step: the store may be writing a file into a folder that is being emptied.
        let gone = place.path().join("gone");
        fs::rename(path.join(part), &gone).expect("it is taken away");
        if gone.is_dir() {
            fs::remove_dir_all(&gone).expect("it is removed");
        } else {
            fs::remove_file(&gone).expect("it is removed");
        }
        let missing = match part {
            "" => path,
            "db" => path.join("db/0.jnl"),
            part => path.join(part),
        };
        assert_displaced(&store, &missing);
    }
}

#[test]
fn a_store_that_is_made_where_another_was_is_never_touched_by_it() {
    for _ in 0..20 {
        let place = tempfile::tempdir().expect("a temporary folder");
        let (path, elsewhere) = (place.path().join("store"), place.path().join("elsewhere"));
        let store = open(&path);
        put(&store, "a").expect("it is taken");
        // what the first store notes of its commit may be on its way just now
        fs::rename(&path, elsewhere).expect("it is moved");
        let other = open(&path);
        put(&other, "theirs").expect("it is taken");
        block_on(other.close()).expect("it closes");
        block_on(store.close()).expect("it closes");
        assert!(has(&open(&path), "theirs"));
    }
}

#[test]
fn another_store_in_the_place_of_this_one_is_left_as_it_is() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (path, elsewhere) = (place.path().join("store"), place.path().join("elsewhere"));
    let store = open(&path);
    put(&store, "a").expect("it is taken");
    fs::rename(&path, elsewhere).expect("it is moved");
    let other = open(&path);
    put(&other, "theirs").expect("it is taken");
    block_on(other.close()).expect("it closes");
    let before = fs::read(path.join("FORMAT")).expect("it is read");
    assert_displaced(&store, &path);
    block_on(store.close()).expect("it closes");
    assert_eq!(fs::read(path.join("FORMAT")).expect("it is read"), before);
    assert!(has(&open(&path), "theirs"));
}
