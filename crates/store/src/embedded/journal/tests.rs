//! Journals are written by the engine itself, then damaged.

use std::os::unix::fs::FileExt;

use super::*;
use crate::embedded::database::Database;

const VALUE: [u8; 10_000] = [7; 10_000];

/// The newest journal of a database with three synced batches, and where each of them ends.
fn written(folder: &Path) -> (PathBuf, [u64; 4]) {
    let database = Database::open(folder).expect("it opens");
    for key in ["a", "b", "c"] {
        let batch = database.engine.batch();
        let mut batch = batch.durability(Some(fjall::PersistMode::SyncAll));
        batch.insert(&database.entries, key, &VALUE[..]);
        batch.insert(&database.entries, "last", key);
        batch.commit().expect("it is written");
    }
    let path = journals(folder)
        .expect("it is listed")
        .pop()
        .expect("there is one");
    let mut reader = BufReader::new(File::open(&path).expect("it opens"));
    let mut length = || Batch::read(&mut reader).expect("a batch").length;
    let (a, b, c) = (length(), length(), length());
    (path, [0, a, a + b, a + b + c])
}

/// Scans a journal in which some bytes of its last or an earlier batch were not written.
fn checked(erase: impl Fn(&[u64; 4]) -> std::ops::Range<u64>) -> (Result<(), Refused>, Scan, u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, ends) = written(folder.path());
    let erased = erase(&ends);
    let zeros = vec![0; usize::try_from(erased.end - erased.start).expect("it is short")];
    let journal = OpenOptions::new()
        .write(true)
        .open(&path)
        .expect("it opens");
    journal
        .write_all_at(&zeros, erased.start)
        .expect("it is written");
    let outcome = check(folder.path(), 0).and_then(|checked| Ok(checked.repair()?));
    let scan = scan(&path, &mut Cover::default()).expect("it is read");
    (outcome, scan, ends[2])
}

#[test]
fn a_whole_journal_is_left_as_it_is() {
    let (outcome, scan, _) = checked(|_| 0..0);
    assert!(outcome.is_ok() && scan.rest.is_empty());
}

#[test]
fn a_last_batch_that_misses_a_page_is_cut_off() {
    let (outcome, scan, before_last) = checked(|ends| ends[2] + 500..ends[2] + 4_596);
    assert!(outcome.is_ok() && scan.rest.is_empty());
    assert_eq!(scan.end, before_last);
}

#[test]
fn a_last_batch_that_misses_its_beginning_is_cut_off() {
    let (outcome, scan, before_last) = checked(|ends| ends[2]..ends[2] + 4_096);
    assert!(outcome.is_ok() && scan.rest.is_empty());
    assert_eq!(scan.end, before_last);
}

#[test]
fn an_earlier_batch_that_is_broken_is_damage() {
    let (outcome, ..) = checked(|ends| ends[1] + 500..ends[1] + 600);
    assert!(matches!(outcome, Err(Refused::Damaged(_))));
}

#[test]
fn an_earlier_batch_whose_beginning_is_broken_is_damage() {
    let (outcome, ..) = checked(|ends| ends[0]..ends[0] + 1);
    assert!(matches!(outcome, Err(Refused::Damaged(_))));
}
