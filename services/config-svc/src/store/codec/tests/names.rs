//! Names in all clusters, as they were written first, and where they are absent.

use prost::Message;

use super::{super::Unreadable, decoded};
use crate::{
    domain::{Body, ClusterId, Dot, Ownership, Record, Run, Seq, StoreId},
    store::stored,
};

const STORE: StoreId = StoreId::from_u128(0x11);

#[test]
fn the_store_of_a_record_is_read_and_written_as_it_was_first() {
    // a discard of 5, in the store 11
    let bytes = "080712040801100218012201315005";
    let before: Record = decoded::<stored::Record>(bytes).try_into().unwrap();
    assert!(before.origin.store.is_nil());
    let written = format!("{bytes}8a0210{}", hex::encode(STORE.as_bytes()));
    let record: Record = decoded::<stored::Record>(&written).try_into().unwrap();
    assert_eq!(record.origin.store, STORE);
    for (record, bytes) in [(before, bytes), (record, written.as_str())] {
        let stored = stored::Record::from(&record);
        assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    }
    let short = format!("{bytes}8a020111");
    let short = Record::try_from(decoded::<stored::Record>(&short));
    assert_eq!(short, Err(Unreadable::Damaged));
}

#[test]
fn a_name_is_read_and_written_as_it_was_first() {
    let dot = Dot {
        cluster: ClusterId::trusted("eu"),
        store: STORE,
        sequence: 300,
    };
    let run = Run {
        cluster: ClusterId::trusted("eu"),
        store: STORE,
        last: Seq(300),
    };
    let bytes = format!("0a0265751210{}18ac02", hex::encode(STORE.as_bytes()));
    let stored = stored::Dot::from(&dot).encode_to_vec();
    assert_eq!(hex::encode(stored), bytes);
    assert_eq!(Dot::try_from(decoded::<stored::Dot>(&bytes)), Ok(dot));
    let stored = stored::Run::from(&run).encode_to_vec();
    assert_eq!(hex::encode(stored), bytes);
    assert_eq!(Run::try_from(decoded::<stored::Run>(&bytes)), Ok(run));
}

#[test]
fn what_was_let_go_of_is_read_and_written_as_it_was_first() {
    // what is from before 300 µs
    let bytes = "08071204080110021801220131c2020308ac02";
    let record: Record = decoded::<stored::Record>(bytes).try_into().unwrap();
    let before = jiff::Timestamp::from_microsecond(300).unwrap();
    assert_eq!(record.body, Body::Retained { before });
    let stored = stored::Record::from(&record);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
}

#[test]
fn who_owns_what_is_read_and_written_as_it_was_first() {
    // a/** is eu's in epoch 2 since 300 us, by p, by force; the fence is 5 of us in the store 11
    let fence = format!("0a0275731210{}1805", hex::encode(STORE.as_bytes()));
    let bytes = format!("0a04612f2a2a1202657518022218{fence}2a017030ac023801");
    let stored: stored::Ownership = decoded(&bytes);
    assert_eq!(hex::encode(stored.encode_to_vec()), bytes);
    let owned = Ownership::try_from(stored).unwrap();
    assert_eq!(
        (owned.pattern.to_string(), owned.epoch.counter),
        ("a/**".to_owned(), 2)
    );
    assert_eq!(owned.fence.as_ref().unwrap().sequence, 5);
    assert_eq!(
        hex::encode(stored::Ownership::from(&owned).encode_to_vec()),
        bytes
    );
}
