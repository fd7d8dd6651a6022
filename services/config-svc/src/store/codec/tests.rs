//! Single values that earlier versions wrote are still read.

mod names;
mod overrides;
mod round_trips;

use std::sync::Arc;

use prost::Message;

use super::*;
use crate::{
    domain::{
        App, Body, ChangeEntry, EndedSplit, Freeze, FreezeEnd, FreezeId, FreezeScope, Frozen,
        Label, Seq, SourceName, SplitId, Version,
    },
    store::stored::{self, record},
};

fn decoded<T: Message + Default>(hex: &str) -> T {
    open(&hex::decode(hex).unwrap()).unwrap()
}

/// The value of a log that holds a discard of 5, in both versions.
#[test]
fn a_value_says_which_version_it_is_of() {
    let discard = stored::LogValue {
        record: Some(decoded("080712040801100218012201315005")),
        parts: 0,
    };
    let bare = hex::encode(discard.encode_to_vec());
    assert_eq!(bare, "0a0f080712040801100218012201315005");
    assert_eq!(hex::encode(seal(&discard)), format!("02{bare}"));
    assert_eq!(decoded::<stored::LogValue>(&bare), discard);
    assert_eq!(decoded::<stored::LogValue>(&format!("02{bare}")), discard);
    for (first, why) in [
        ("00", Unreadable::Damaged),
        ("01", Unreadable::Damaged),
        ("03", Unreadable::Newer(3)),
        ("07", Unreadable::Newer(7)),
    ] {
        let value = hex::decode(format!("{first}{bare}")).unwrap();
        assert_eq!(open::<stored::LogValue>(&value), Err(why));
    }
}

/// A move of r1 at change 5 to a share of 1, by instance, as generation 1: before keys could be
/// forced, and with the keys a and b.
#[test]
fn a_move_without_forced_keys_is_read_and_one_with_them_is_as_it_was_written() {
    let earlier = "0a0272311005180120012801";
    let moved = |hex: &str| crate::domain::SplitMove::try_from(decoded::<stored::SplitMove>(hex));
    let none = moved(earlier).unwrap();
    assert!(none.forced.is_empty());
    let with = format!("{earlier}3201613a0162");
    let read = moved(&with).unwrap();
    let forced = crate::domain::Forced::new(vec!["a".to_owned()], vec!["b".to_owned()]);
    assert_eq!(Ok(&read.forced), forced.as_ref());
    for (to, hex) in [(&none, earlier), (&read, &with)] {
        assert_eq!(
            hex::encode(stored::SplitMove::from(to).encode_to_vec()),
            hex
        );
    }
    // a key in both lists
    assert_eq!(
        moved(&format!("{earlier}3201613a0161")),
        Err(Unreadable::Damaged)
    );
}

/// What an enum's value or a oneof's case says that this version does not know, is not guessed.
#[test]
fn what_is_not_known_is_refused() {
    // id r1, change 5, a share of 1, by the unit 3, generation 1
    let to: stored::SplitMove = decoded("0a0272311005180120032801");
    assert_eq!(
        crate::domain::SplitMove::try_from(to),
        Err(Unreadable::Damaged)
    );
    // a body with the number 99
    let record: stored::Record = decoded("08071204080110021801220131980605");
    assert_eq!(
        crate::domain::Record::try_from(record),
        Err(Unreadable::Damaged)
    );
    // without a time
    let record: stored::Record = decoded("080718012201315005");
    assert_eq!(
        crate::domain::Record::try_from(record),
        Err(Unreadable::Damaged)
    );
}

/// A release as it was written before there were splits: `change` in tag 9 alone.
#[test]
fn a_release_from_before_splits_ends_none() {
    let stored: stored::Record = decoded("080712040801100218012201314805");
    let body: Body = stored.body.unwrap().try_into().ok().unwrap();
    let release = Body::Release {
        change: Seq(5),
        detached: Vec::new(),
        reason: String::new(),
        author: String::new(),
        message: String::new(),
    };
    assert_eq!(body, release);
    assert_eq!(record::Body::from(&release), record::Body::Release(5));
}

/// A version of a checkpoint as it was written before there were reverts.
#[test]
fn a_version_from_before_splits_takes_nothing_back() {
    // seq 5, name v1, a deletion, at 1 µs
    let stored: stored::Version = decoded("0805120276311a002001");
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
    let stored: stored::ChangeEntry = decoded(&format!("0a{length}{change}10011801"));
    let entry: ChangeEntry = stored.try_into().ok().unwrap();
    assert_eq!((entry.rolled_back_by, entry.kept), (None, 1));
}

/// The end of a split as it was written before it said who ended it.
#[test]
fn the_end_of_a_split_from_before_says_neither_who_nor_why() {
    // id r1, generation 2, at 1 µs, never began
    let stored: stored::EndedSplit = decoded("0a027231100218012001");
    let ended: EndedSplit = stored.try_into().ok().unwrap();
    assert_eq!((ended.by.as_str(), ended.why.as_str()), ("", ""));
    // in the log: id r1, generation 2, change 5
    let stored: stored::SplitEnd = decoded("0a02723110022005");
    assert_eq!((stored.change, stored.reason.as_str()), (Some(5), ""));
}

#[test]
fn why_a_release_was_forced_is_written_down() {
    let forced = Body::Release {
        change: Seq(5),
        detached: Vec::new(),
        reason: "it was the database".to_owned(),
        author: String::new(),
        message: String::new(),
    };
    let stored = record::Body::from(&forced);
    assert_eq!(Body::try_from(stored).ok().unwrap(), forced);
}

/// The end of a source's first import, as it was written first.
#[test]
fn the_end_of_a_first_import_is_read_and_written_as_it_was_first() {
    // source git, unread bad
    let bytes = "08071204080110021801220131aa010a0a036769741203626164";
    let stored: stored::Record = decoded(bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let body: Body = stored.body.unwrap().try_into().ok().unwrap();
    let imported = Body::SourceImported {
        source: SourceName::trusted("git"),
        unread: Arc::new([Label::trusted("bad")].into()),
    };
    assert_eq!(body, imported);
}

/// A version of a checkpoint as it was written before it said how it became stable.
#[test]
fn a_version_from_before_does_not_say_how_it_became_stable() {
    // seq 5, name v1, a deletion, at 1 µs
    let stored: stored::Version = decoded("0805120276311a002001");
    let version: Version = stored.try_into().ok().unwrap();
    assert_eq!(version.release, None);
}

/// A version that became stable, as it was written first.
#[test]
fn how_a_version_became_stable_is_read_and_written_as_it_was_first() {
    // seq 5, name v1, a deletion, at 1 µs, released at 2 µs by p, author a, replaced 3, with r1
    let bytes = "0805120276311a00200130023a0170420161480352027231";
    let stored: stored::Version = decoded(bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let version: Version = stored.try_into().ok().unwrap();
    let release = version.release.as_deref().unwrap();
    assert_eq!((&*release.by, &*release.author), ("p", "a"));
    assert_eq!(release.replaced, Some(Seq(3)));
    assert_eq!(release.with, Some(SplitId::trusted("r1")));
    assert_eq!(
        stored::Version::from(&version).encode_to_vec(),
        hex::decode(bytes).unwrap()
    );
}

/// What a record moved, as it was written first.
#[test]
fn what_a_record_moved_is_read_and_written_as_it_was_first() {
    // released change 5; a.yml from 3 (v1) to v2, one document in all
    let bytes = "080712040801100218012201314805fa01110a05612e796d6c10031a02763122027632800201";
    let stored: stored::Record = decoded(bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let record: crate::domain::Record = stored.try_into().ok().unwrap();
    let moved = &record.moves.listed[0];
    assert_eq!((moved.path.as_str(), moved.to.as_str()), ("a.yml", "v2"));
    assert_eq!(
        moved.from.as_ref().map(|(seq, name)| (*seq, name.as_str())),
        Some((Seq(3), "v1"))
    );
    assert_eq!(record.moves.count, 1);
}

fn freeze(apps: Frozen, label: Option<Label>, until: Option<i64>) -> Freeze {
    let time = |micros| jiff::Timestamp::from_microsecond(micros).unwrap();
    Freeze {
        id: FreezeId(Seq(7)),
        scope: FreezeScope { apps, label },
        reason: "audit".to_owned(),
        by: "ada".to_owned(),
        author: "Ada L".to_owned(),
        since: time(1),
        until: until.map(time),
    }
}

/// Freezes in the log, as they were written first.
#[test]
fn a_freeze_and_its_end_are_read_and_written_as_they_were_first() {
    let apps = Frozen::Apps([App::trusted("a"), App::trusted("b")].into());
    let bodies = [
        (
            "08071204080110021801220131b2012508071a01611a016222046d61696e2a05617564697432036164613a05416461204c40014802",
            Body::FreezeSet(Arc::new(freeze(apps, Some(Label::main()), Some(2)))),
        ),
        (
            "08071204080110021801220131b20119080710012a05617564697432036164613a05416461204c4001",
            Body::FreezeSet(Arc::new(freeze(Frozen::All, None, None))),
        ),
        (
            "08071204080110021801220131ba01120a0307ac0210011a046f7665722203626f62",
            Body::FreezeEnded(FreezeEnd {
                ids: vec![FreezeId(Seq(7)), FreezeId(Seq(300))],
                expired: true,
                reason: "over".to_owned(),
                author: "bob".to_owned(),
            }),
        ),
    ];
    for (bytes, body) in bodies {
        let stored: stored::Record = decoded(bytes);
        assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
        let read: Body = stored.body.unwrap().try_into().ok().unwrap();
        assert_eq!(read, body);
    }
}

/// A freeze in a checkpoint, as it was written first.
#[test]
fn a_freeze_of_a_checkpoint_is_read_and_written_as_it_was_first() {
    let bytes = "4a19080710012a05617564697432036164613a05416461204c4001";
    let stored: stored::Item = decoded(bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let Some(stored::item::Kind::Freeze(stored)) = stored.kind else {
        panic!("{stored:?}");
    };
    let read: Freeze = stored.try_into().ok().unwrap();
    assert_eq!(read, freeze(Frozen::All, None, None));
}

/// One of nothing, or of everything and of some, was never written.
#[test]
fn a_freeze_of_no_clear_scope_is_damage() {
    let all = stored::Freeze::from(&freeze(Frozen::All, None, None));
    let none = stored::Freeze {
        all: false,
        ..all.clone()
    };
    let both = stored::Freeze {
        apps: vec!["a".to_owned()],
        ..all
    };
    for stored in [none, both] {
        assert_eq!(Freeze::try_from(stored), Err(Unreadable::Damaged));
    }
}
