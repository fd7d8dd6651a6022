use vortex_bucket::Arm;
use vortex_proto::{config::v1 as config, rollout::v1 as rollout};

use super::*;
use crate::domain::{Of, Unit};

fn heartbeat() -> pb::Heartbeat {
    pb::Heartbeat {
        instance_id: "pod-1".into(),
        boot_id: 7,
        sequence: 3,
        version: "v1".into(),
        ..Default::default()
    }
}

fn refused(change: impl FnOnce(&mut pb::Heartbeat)) -> String {
    let mut given = heartbeat();
    change(&mut given);
    report(&given, None).unwrap_err().field
}

fn measured() -> pb::Measured {
    pb::Measured {
        requests: 10,
        errors: 1,
        ..Default::default()
    }
}

fn assignment() -> config::Assignment {
    config::Assignment {
        split: "r1".into(),
        change: "v2".into(),
        generation: 3,
        arm: config::Arm::Canary.into(),
        unit: config::SplitUnit::Subject.into(),
        forced: false,
    }
}

fn sketch() -> rollout::DdSketch {
    rollout::DdSketch {
        mapping: Some(rollout::IndexMapping {
            gamma: 1.02,
            index_offset: 0.0,
            interpolation: 0,
        }),
        positive_values: Some(rollout::Store {
            contiguous_bin_counts: vec![1.0, 2.0],
            contiguous_bin_index_offset: 100,
            ..Default::default()
        }),
        ..Default::default()
    }
}

#[test]
fn a_report_is_read_as_it_is() {
    let store: Uuid = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let given = pb::Heartbeat {
        token: format!("{}:42", store.simple()),
        assignments: vec![assignment()],
        measured: vec![pb::Measured {
            split: "r1".into(),
            arm: config::Arm::Stable.into(),
            latencies_ms: vec![5.0, 7.5],
            sketch: Some(sketch()),
            ..measured()
        }],
        ..heartbeat()
    };
    let read = report(&given, Some(store)).unwrap();
    assert_eq!(
        (read.instance, read.version, read.position),
        ("pod-1", "v1", 42)
    );
    assert_eq!(
        read.mark,
        Mark {
            boot: 7,
            sequence: 3
        }
    );
    assert_eq!(read.status, Status::Healthy);
    assert_eq!(
        (read.assignments[0].arm, read.assignments[0].unit),
        (Arm::Canary, Unit::Subject)
    );
    let [measured] = &read.measured[..] else {
        panic!("{read:?}");
    };
    let of = Of::Split {
        split: "r1",
        generation: 0,
        arm: Some(Arm::Stable),
    };
    assert_eq!((measured.of, measured.figures.latency.count()), (of, 5.0));
    // of another store, or of none that is known
    let position = |store| report(&given, store).unwrap().position;
    assert_eq!([position(Some(Uuid::nil())), position(None)], [0, 0]);
}

#[test]
fn what_is_not_valid_is_refused_by_its_field() {
    let long = |bytes: usize| "x".repeat(bytes);
    for (field, found) in [
        ("instance_id", refused(|given| given.instance_id.clear())),
        (
            "instance_id",
            refused(|given| given.instance_id = long(257)),
        ),
        ("version", refused(|given| given.version = long(513))),
        ("status", refused(|given| given.status = 9)),
        (
            "assignments",
            refused(|given| given.assignments = vec![assignment(); 17]),
        ),
        (
            "assignments[1].split",
            refused(|given| {
                given.assignments = vec![
                    assignment(),
                    config::Assignment {
                        split: String::new(),
                        ..assignment()
                    },
                ];
            }),
        ),
        (
            "assignments[0].arm",
            refused(|given| {
                given.assignments = vec![config::Assignment {
                    arm: 0,
                    ..assignment()
                }];
            }),
        ),
        (
            "measured",
            refused(|given| given.measured = vec![measured(); 101]),
        ),
    ] {
        assert_eq!(found, field);
    }
}

#[test]
fn figures_that_can_not_be_are_refused_by_their_field() {
    let refused = |change: fn(&mut pb::Measured)| {
        let mut measured = measured();
        change(&mut measured);
        refused(|given| given.measured = vec![measured])
    };
    for (field, found) in [
        ("errors", refused(|given| given.errors = 11)),
        ("requests", refused(|given| given.requests = u64::MAX)),
        (
            "arm",
            refused(|given| given.arm = config::Arm::Canary.into()),
        ),
        ("split", refused(|given| given.split = "a/b".into())),
        (
            "latencies_ms",
            refused(|given| given.latencies_ms = vec![1.0; 10_001]),
        ),
        (
            "latencies_ms[1]",
            refused(|given| given.latencies_ms = vec![1.0, f64::NAN]),
        ),
        (
            "latencies_ms[0]",
            refused(|given| given.latencies_ms = vec![-1.0]),
        ),
        (
            "latencies_ms[0]",
            refused(|given| given.latencies_ms = vec![f64::INFINITY]),
        ),
        (
            "sketch.mapping",
            refused(|given| given.sketch = Some(rollout::DdSketch::default())),
        ),
        (
            "sketch.negative_values",
            refused(|given| {
                let negative_values = Some(rollout::Store {
                    contiguous_bin_counts: vec![f64::NAN],
                    ..Default::default()
                });
                given.sketch = Some(rollout::DdSketch {
                    negative_values,
                    ..sketch()
                });
            }),
        ),
        (
            "sketch",
            refused(|given| {
                given.sketch = Some(rollout::DdSketch {
                    zero_count: f64::NAN,
                    ..sketch()
                });
            }),
        ),
        (
            "sketch.mapping.interpolation",
            refused(|given| {
                let mapping = Some(rollout::IndexMapping {
                    gamma: 1.02,
                    index_offset: 0.0,
                    interpolation: 9,
                });
                given.sketch = Some(rollout::DdSketch {
                    mapping,
                    ..sketch()
                });
            }),
        ),
        (
            "sketch",
            refused(|given| {
                let mapping = Some(rollout::IndexMapping {
                    gamma: 1.5,
                    index_offset: 0.0,
                    interpolation: 0,
                });
                given.sketch = Some(rollout::DdSketch {
                    mapping,
                    ..sketch()
                });
            }),
        ),
    ] {
        assert_eq!(found, format!("measured[0].{field}"));
    }
}

#[test]
fn texts_for_people_are_cut() {
    let given = pb::Heartbeat {
        refused: Some(pb::RefusedVersion {
            version: "v2".into(),
            error: "ä".repeat(2_000),
        }),
        metadata: Some(pb::InstanceMetadata {
            host: "ü".repeat(200),
            ..Default::default()
        }),
        ..heartbeat()
    };
    let read = report(&given, None).unwrap();
    assert_eq!(read.refused.unwrap().error.len(), 1_024);
    assert_eq!(read.metadata.host.len(), 256);
}

#[test]
fn a_clock_more_than_a_minute_off_is_noticed() {
    let now: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    let at = |seconds: i64| {
        Some(prost_types::Timestamp {
            seconds: now.as_second() + seconds,
            nanos: 0,
        })
    };
    assert!(!is_off(None, now) && !is_off(at(60), now) && !is_off(at(-60), now));
    assert!(is_off(at(61), now) && is_off(at(-61), now) && is_off(at(i64::MAX / 2), now));
}
