//! Stores whose journal is cut into several, of which one is removed then.

use std::fs;
use std::path::PathBuf;

use futures::executor::block_on;

use crate::embedded::journal::batch_ends;
use crate::{Embedded, OpenError, Options, Revision, Store, Transaction};

/// A store that was closed after five commits, the first two of which are in tables, if asked.
fn written(first_two_in_tables: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&folder).expect("it opens");
    for n in 1..=5 {
        let value = n.to_string();
        let commit = Transaction::new().put("a", value.clone()).put(value, "");
        block_on(store.commit(commit)).expect("it is taken");
        if n == 2 && first_two_in_tables {
            block_on(store.maintain()).expect("it is compacted");
        }
    }
    folder
}

fn open(folder: &tempfile::TempDir) -> Result<Embedded, OpenError> {
    Embedded::open(folder.path(), Options::default())
}

fn journal(folder: &tempfile::TempDir, number: usize) -> PathBuf {
    folder.path().join(format!("db/{number}.jnl"))
}

/// Gives each commit a journal of its own, as if the engine had switched after each.
fn cut(folder: &tempfile::TempDir) {
    let whole = fs::read(journal(folder, 0)).expect("it is read");
    let mut start = 0;
    for (number, end) in batch_ends(&whole).into_iter().enumerate() {
        fs::write(journal(folder, number), &whole[start..end]).expect("it is written");
        start = end;
    }
}

#[test]
fn several_journals_are_one() {
    let folder = written(false);
    cut(&folder);
    assert_eq!(open(&folder).expect("it opens").revision(), Revision(5));
}

#[test]
fn a_missing_journal_is_found_out_wherever_it_is() {
    for missing in 0..5 {
        let folder = written(false);
        cut(&folder);
        fs::remove_file(journal(&folder, missing)).expect("it is removed");
        let refused = open(&folder).err().expect("it is refused");
        assert!(matches!(refused, OpenError::Corrupt { .. }), "{refused}");
        let again = open(&folder).err().expect("it is refused again");
        assert_eq!(again.to_string(), refused.to_string());
    }
}

/// A store that was killed before its last commit was noted, and the last byte of that is missing.
#[test]
fn a_last_commit_that_is_not_whole_is_cut_off_and_told() {
    let folder = written(false);
    let format = folder.path().join("FORMAT");
    let text = fs::read_to_string(&format).expect("it is read");
    fs::write(&format, text.replace("revision 5", "revision 4")).expect("it is written");
    let whole = fs::read(journal(&folder, 0)).expect("it is read");
    let end = batch_ends(&whole)[4];
    fs::write(journal(&folder, 0), &whole[..end - 1]).expect("it is written");
    let store = open(&folder).expect("it opens");
    let expected = crate::Recovery {
        revision: Revision(4),
        noted: Revision(4),
        torn: Some(journal(&folder, 0)),
    };
    assert_eq!(store.recovery(), &expected);
    drop(store);
    assert_eq!(open(&folder).expect("it opens").recovery().torn, None);
}

/// The same, but the commit had been noted, and so it was acknowledged.
#[test]
fn a_noted_commit_that_is_not_whole_is_lost_history() {
    let folder = written(false);
    let whole = fs::read(journal(&folder, 0)).expect("it is read");
    let end = batch_ends(&whole)[4];
    fs::write(journal(&folder, 0), &whole[..end - 1]).expect("it is written");
    let told = open(&folder).err().expect("it is refused").to_string();
    assert!(told.contains("it ends at revision 4, and had 5"), "{told}");
    let left = fs::read(journal(&folder, 0)).expect("it is read");
    assert_eq!(left.len(), end - 1, "what was refused was changed");
}

#[test]
fn a_gap_is_named_by_its_revisions() {
    let folder = written(false);
    cut(&folder);
    fs::remove_file(journal(&folder, 2)).expect("it is removed");
    let told = open(&folder).err().expect("it is refused").to_string();
    assert!(told.contains("the revisions after 2 up to 3 are"), "{told}");
}

#[test]
fn a_journal_that_is_all_in_tables_is_not_missed() {
    let folder = written(true);
    cut(&folder);
    fs::remove_file(journal(&folder, 0)).expect("it is removed");
    fs::remove_file(journal(&folder, 1)).expect("it is removed");
    assert_eq!(open(&folder).expect("it opens").revision(), Revision(5));
}
