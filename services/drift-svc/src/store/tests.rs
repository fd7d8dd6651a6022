//! Tests of the stored bytes.

use proptest::prelude::*;

use super::{
    Error, Invalid,
    codec::{Stored, decode, encode},
};
use crate::domain::{Acknowledged, Alert, AlertId, AlertState, Cause, FleetName, Silence};

fn time() -> impl Strategy<Value = jiff::Timestamp> {
    let times = (-1_000_000_000_i64..4_000_000_000, 0..1_000_000_000_i32);
    times.prop_map(|(second, nano)| jiff::Timestamp::new(second, nano.min(999_999_999)).unwrap())
}

fn fleet() -> impl Strategy<Value = FleetName> {
    let parts = (
        "[a-z]{1,9}",
        prop::collection::vec("[a-z]{1,5}", 1..4),
        "[a-z]{1,5}",
    );
    parts.prop_map(|(app, profiles, label)| {
        FleetName::new(&app, profiles.iter().map(String::as_str), &label)
    })
}

fn acknowledged() -> impl Strategy<Value = Acknowledged> {
    (".{0,9}", time(), ".{0,9}").prop_map(|(by, at, comment)| Acknowledged { by, at, comment })
}

fn alert() -> impl Strategy<Value = Alert> {
    let state = prop_oneof![
        Just(AlertState::Firing),
        time().prop_map(AlertState::Resolved)
    ];
    let cause = prop::sample::select(Cause::ALL.to_vec());
    let counts = any::<(u64, u64, u64)>();
    let acknowledged = prop::option::of(acknowledged());
    (
        any::<(u32, u64)>(),
        fleet(),
        cause,
        state,
        ".{0,9}",
        counts,
        time(),
        acknowledged,
    )
        .prop_map(
            |(
                (at, random),
                fleet,
                cause,
                state,
                expected,
                (worst, instances, total),
                started_at,
                acknowledged,
            )| Alert {
                id: AlertId::new(at.into(), random),
                fleet,
                cause,
                state,
                expected,
                worst,
                instances,
                total,
                started_at,
                acknowledged,
            },
        )
}

fn survives<D: Stored + PartialEq + std::fmt::Debug>(value: &D) {
    let stored = encode(value);
    let read: D = decode("a value", &stored).unwrap();
    assert_eq!(&read, value);
    assert_eq!(encode(&read), stored);
}

proptest! {
    #[test]
    fn an_alert_survives(alert in alert()) {
        survives(&alert);
    }

    #[test]
    fn a_silence_survives((fleet, until, author, reason) in (fleet(), time(), ".{0,9}", ".{0,9}")) {
        survives(&Silence { fleet, until, author, reason });
    }
}

/// What this version wrote, which every later one has to read.
#[test]
fn bytes_of_version_1_are_read_and_written_alike() {
    let at = |second| jiff::Timestamp::from_second(second).unwrap();
    let fleet = FleetName::new("orders", ["eu", "prod"], "main");
    let alert = Alert {
        id: "01hw5yzt8k2q9f3m".parse().unwrap(),
        fleet: fleet.clone(),
        cause: Cause::Silence,
        state: AlertState::Resolved(at(1_700_000_600)),
        expected: "v7".to_owned(),
        worst: 30,
        instances: 2,
        total: 50,
        started_at: at(1_700_000_000),
        acknowledged: Some(Acknowledged {
            by: "ann".to_owned(),
            at: at(1_700_000_060),
            comment: "the switch".to_owned(),
        }),
    };
    let silence = Silence {
        fleet,
        until: at(1_700_003_600),
        author: "ann".to_owned(),
        reason: "maintenance".to_owned(),
    };
    let golden = include_str!("../../tests/data/v1.values");
    let lines = [("alert", encode(&alert)), ("silence", encode(&silence))];
    let written = lines.map(|(kind, bytes)| format!("{kind}\t{}\n", hex::encode(bytes)));
    assert_eq!(written.concat(), golden);
    let stored = |line: usize| {
        let (_, hex) = golden.lines().nth(line).unwrap().split_once('\t').unwrap();
        hex::decode(hex).unwrap()
    };
    assert_eq!(decode::<Alert>("an alert", &stored(0)).unwrap(), alert);
    assert_eq!(decode::<Silence>("a silence", &stored(1)).unwrap(), silence);
}

#[test]
fn what_is_newer_or_damaged_is_told_apart() {
    let decoded = |bytes: &[u8]| decode::<Silence>("a silence", bytes).unwrap_err();
    assert!(matches!(decoded(&[2, 8]), Error::Newer { version: 2, .. }));
    for bytes in [&[][..], b"{", &[1, 255]] {
        assert!(matches!(decoded(bytes), Error::Damaged { .. }), "{bytes:?}");
    }
    let Error::Damaged { source, .. } = decoded(&[1]) else {
        panic!();
    };
    assert!(matches!(source, Invalid::Missing("the fleet")));
}
