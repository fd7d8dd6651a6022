//! A journal that fjall wrote, of the one version that is used, kept in the repository: what is
//! read here of its private form is that of this version. docs/adr/0022 says what to do before
//! another one.

use std::io::Cursor;

use super::*;
use crate::embedded::database::Database;
use crate::embedded::group::Group;
use crate::{Revision, Transaction};

const FJALL: &str = "3.1.13";
const LSM_TREE: &str = "3.1.10";
const GOLDEN: &[u8] = include_bytes!("../../../tests/data/fjall-3.1.13.jnl");

/// Three groups: a value, a longer one under another key, and a deletion.
fn transactions() -> [Transaction; 3] {
    [
        Transaction::new().put("a", "1"),
        Transaction::new().put("b", vec![7; 300]),
        Transaction::new().delete("a"),
    ]
}

/// Writes them with the engine in use.
fn write(folder: &Path) {
    let database = Database::open(folder).expect("it opens");
    let mut revision = Revision::ABSENT;
    for transaction in transactions() {
        let mut group = Group::new(revision);
        let stored = |key: &bytes::Bytes| database.modified(key);
        revision = group.apply(transaction, stored).expect("it is taken");
        database.write(&group).expect("it is written");
    }
}

/// What is in a journal, without the zeros that it is preallocated with.
fn content(journal: &Path) -> Vec<u8> {
    let mut content = fs::read(journal).expect("it is read");
    let end = content.iter().rposition(|byte| *byte != 0);
    content.truncate(end.map_or(0, |end| end + 1));
    content
}

#[test]
fn the_golden_journal_reads_as_it_was_written() {
    let mut reader = Cursor::new(GOLDEN);
    let mut batches = Vec::new();
    while reader.position() < GOLDEN.len() as u64 {
        batches.push(Batch::read(&mut reader).expect("a batch"));
    }
    let spans: Vec<_> = batches
        .iter()
        .map(|batch| batch.span.map(|span| (span.after.0, span.to.0)))
        .collect();
    assert_eq!(spans, [Some((0, 1)), Some((1, 2)), Some((2, 3))]);
    let length: u64 = batches.iter().map(|batch| batch.length).sum();
    assert_eq!(length, GOLDEN.len() as u64);
    assert!(batches.is_sorted_by_key(|batch| batch.number));
}

#[test]
fn the_engine_in_use_reads_the_golden_journal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(Database::open(folder.path()).expect("it is made"));
    fs::write(path(folder.path(), 0), GOLDEN).expect("it is written");
    let database = Database::open(folder.path()).expect("it opens");
    assert_eq!(database.revision().expect("it is read"), Some(Revision(3)));
    assert!(database.entry(b"a").expect("it is read").is_none());
    let b = database
        .entry(b"b")
        .expect("it is read")
        .expect("it is there");
    assert_eq!((b.value.len(), b.modified), (300, Revision(2)));
}

#[test]
fn the_engine_in_use_writes_the_golden_journal() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path());
    let written = content(&path(folder.path(), 0));
    if std::env::var_os("VORTEX_WRITE_GOLDEN").is_some() {
        let golden = format!(
            "{}/tests/data/fjall-{FJALL}.jnl",
            env!("CARGO_MANIFEST_DIR")
        );
        fs::write(golden, &written).expect("it is written");
    }
    assert!(
        written == GOLDEN,
        "fjall writes its journal otherwise: see docs/adr/0022"
    );
}

#[test]
fn the_engine_is_of_the_version_that_wrote_the_golden_journal() {
    let lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
    let lock = fs::read_to_string(lock).expect("it is read");
    for (name, version) in [("fjall", FJALL), ("lsm-tree", LSM_TREE)] {
        let locked = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&locked), "another {name}: see docs/adr/0022");
    }
}
