//! What earlier versions wrote down is still read.

use super::*;
use crate::domain::{Body, Label, Seq, SourceName, Version};
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
