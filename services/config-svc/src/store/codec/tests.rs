//! What earlier versions wrote down is still read.

use super::*;
use crate::domain::{Body, ChangeEntry, EndedSplit, Label, Seq, SourceName, Version};
use std::sync::Arc;

fn decoded<T: Message + Default>(hex: &str) -> T {
    T::decode(hex::decode(hex).unwrap().as_slice()).unwrap()
}

/// A release as it was written before there were splits: `change` in tag 9 alone.
#[test]
fn a_release_from_before_splits_ends_none() {
    let stored: StoredRecord = decoded("080712040801100218012201314805");
    let body: Body = stored.body.unwrap().try_into().ok().unwrap();
    let release = Body::Release {
        change: Seq(5),
        detached: Vec::new(),
        reason: String::new(),
    };
    assert_eq!(body, release);
    assert_eq!(StoredBody::from(&release), StoredBody::Release(5));
}

/// A version of a checkpoint as it was written before there were reverts.
#[test]
fn a_version_from_before_splits_takes_nothing_back() {
    // seq 5, name v1, a deletion, at 1 µs
    let stored: StoredVersion = decoded("0805120276311a002001");
    let version: Version = stored.try_into().ok().unwrap();
    assert_eq!(
        (version.seq, version.name.as_str(), version.revert),
        (Seq(5), "v1", false)
    );
}

/// A change set of a checkpoint as it was written before one could be rolled back.
#[test]
fn a_change_set_from_before_was_rolled_back_by_nobody() {
    // seq 5, name v1, label main, staged, one version kept
    let change = "0805120276311a046d61696e2220".to_owned() + &"00".repeat(32);
    let length = format!("{:02x}", change.len() / 2);
    let stored: StoredChangeEntry = decoded(&format!("0a{length}{change}10011801"));
    let entry: ChangeEntry = stored.try_into().ok().unwrap();
    assert_eq!((entry.rolled_back_by, entry.kept), (None, 1));
}

/// The end of a split as it was written before it said who ended it.
#[test]
fn the_end_of_a_split_from_before_says_neither_who_nor_why() {
    // id r1, generation 2, at 1 µs, never began
    let stored: StoredEndedSplit = decoded("0a02723110021801 2001".replace(' ', "").as_str());
    let ended: EndedSplit = stored.try_into().ok().unwrap();
    assert_eq!((ended.by.as_str(), ended.why.as_str()), ("", ""));
    // in the log: id r1, generation 2, change 5
    let stored: StoredSplitEnd = decoded("0a02723110022005");
    assert_eq!((stored.change, stored.reason.as_str()), (Some(5), ""));
}

#[test]
fn why_a_release_was_forced_is_written_down() {
    let forced = Body::Release {
        change: Seq(5),
        detached: Vec::new(),
        reason: "it was the database".to_owned(),
    };
    let stored = StoredBody::from(&forced);
    assert_eq!(Body::try_from(stored).ok().unwrap(), forced);
}

/// The end of a source's first import, as it was written first.
#[test]
fn the_end_of_a_first_import_is_read_and_written_as_it_was_first() {
    // source git, unread bad
    let bytes = "08071204080110021801220131aa010a0a036769741203626164";
    let stored: StoredRecord = decoded(bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let body: Body = stored.body.unwrap().try_into().ok().unwrap();
    let imported = Body::SourceImported {
        source: SourceName::trusted("git"),
        unread: Arc::new([Label::trusted("bad")].into()),
    };
    assert_eq!(body, imported);
}
