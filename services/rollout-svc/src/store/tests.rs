//! Tests of the stored bytes of every version.

mod figures;
mod golden;
mod later;
mod older;
mod values;

use proptest::prelude::*;

use super::{
    Answer, Answered, Error,
    codec::{Stored, decode, encode},
};
use values::{breaker, id, standing, time};

fn answered() -> impl Strategy<Value = Answered> {
    let answer = prop_oneof![
        (id(), standing()).prop_map(|(id, standing)| Answer::Rollout(id, standing)),
        Just(Answer::Deleted),
        breaker().prop_map(Answer::Breaker),
    ];
    (any::<[u8; 32]>(), any::<[u8; 32]>(), time(), answer).prop_map(|(key, body, at, answer)| {
        Answered {
            key,
            body,
            at,
            answer,
        }
    })
}

/// Checks that a value is read as it was stored, and is stored alike again.
fn survives<D: Stored + PartialEq + std::fmt::Debug>(value: &D) {
    let stored = encode(value);
    let read: D = decode("a value", &stored).unwrap();
    assert_eq!(&read, value);
    assert_eq!(encode(&read), stored);
}

proptest! {
    #[test]
    fn a_spec_survives(spec in values::spec()) {
        survives(&spec);
    }

    #[test]
    fn a_standing_survives(standing in standing()) {
        survives(&standing);
    }

    #[test]
    fn an_audit_entry_survives(entry in figures::audit()) {
        survives(&entry);
    }

    #[test]
    fn a_measurement_survives(measured in figures::measured()) {
        survives(&measured);
    }

    #[test]
    fn a_slice_survives(slice in figures::slice()) {
        survives(&slice);
    }

    #[test]
    fn the_breaker_survives(breaker in breaker()) {
        survives(&breaker);
    }

    #[test]
    fn an_answer_survives(answered in answered()) {
        survives(&answered);
    }

    /// Checks that reading damaged bytes ends with a value or an error, whatever the damage.
    #[test]
    fn no_bytes_are_too_odd_to_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for first in [b"".as_slice(), &[2], b"{"] {
            let stored = [first, &bytes].concat();
            let _ = decode::<crate::domain::Spec>("a spec", &stored);
            let _ = decode::<crate::domain::Measured>("a measurement", &stored);
            let _ = decode::<Answered>("an answer", &stored);
        }
    }
}

#[test]
fn bytes_of_a_newer_version_are_told_from_damaged_ones() {
    let newer = decode::<Answered>("request/1", &[3, 10, 0]);
    assert!(
        matches!(newer, Err(Error::Newer { version: 3, .. })),
        "{newer:?}"
    );
    let told = newer.unwrap_err().to_string();
    assert!(
        told.contains("request/1 was written by a newer version"),
        "{told}"
    );
    for damaged in [
        &b""[..],
        &[0],
        &[1, 10, 0],
        &[8, 1],
        b"null",
        b"{\"v\":2,\"value\":1}",
    ] {
        let read = decode::<Answered>("request/1", damaged);
        assert!(
            matches!(read, Err(Error::Damaged { .. })),
            "{damaged:?}: {read:?}"
        );
    }
}

#[test]
fn what_no_value_has_is_refused_by_name() {
    use super::{codec::encode_message, schema as pb};
    let refused = |entry: &pb::AuditEntry| {
        let read = decode::<crate::domain::AuditEntry>("audit/1", &encode_message(entry));
        let Err(Error::Damaged { source, .. }) = read else {
            panic!("{read:?}");
        };
        source.to_string()
    };
    let mut entry = pb::AuditEntry {
        at: Some(prost_types::Timestamp::default()),
        action: pb::Action::Create.into(),
        to: pb::StateKind::Created.into(),
        share: Some(10_001),
        ..Default::default()
    };
    assert!(refused(&entry).contains("a share"));
    entry.share = None;
    entry.from = Some(9);
    assert!(refused(&entry).contains("a state"));
    entry.from = None;
    entry.action = 0;
    assert!(refused(&entry).contains("an action"));
    entry.at = None;
    assert_eq!(refused(&entry), "the entry's time is missing");
}
