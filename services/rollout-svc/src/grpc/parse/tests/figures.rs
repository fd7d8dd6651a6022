//! Tests reported figures.

use pb::{arm_report::Of, index_mapping::Interpolation};
use vortex_bucket::Arm;

use super::*;
use crate::{domain::Report, grpc::samples::rollout};

type Breaks = fn(&mut pb::ArmReport);

/// Reports that are refused, by the field that the error names.
const BAD: &[(&str, Breaks)] = &[
    ("arm", |r| r.of = None),
    ("arm", |r| r.of = Some(Of::Arm("Canary".to_owned()))),
    ("version", |r| r.of = Some(Of::Version(String::new()))),
    ("version", |r| r.of = Some(Of::Version("x".repeat(513)))),
    // it was never stable for one of the rollout's documents, and is not the canary
    ("version", |r| r.of = Some(Of::Version("v3".to_owned()))),
    ("version", |r| {
        r.of = Some(Of::Version("v3+b33a1f94".to_owned()))
    }),
    ("version", |r| r.of = Some(Of::Version("V2".to_owned()))),
    ("version", |r| {
        r.of = Some(Of::Version("+b33a1f94".to_owned()))
    }),
    ("app", |r| r.app = "a b".to_owned()),
    ("errors", |r| r.errors = r.requests + 1),
    ("requests", |r| r.requests = 1_000_000_001),
    ("latencies_ms", |r| r.latencies_ms = vec![1.0; 10_001]),
    ("latencies_ms[1]", |r| r.latencies_ms = vec![1.0, f64::NAN]),
    ("latencies_ms[0]", |r| r.latencies_ms = vec![-0.1]),
    ("latencies_ms[0]", |r| r.latencies_ms = vec![f64::INFINITY]),
    ("window_start", |r| {
        r.window_start = Some(prost_types::Timestamp {
            seconds: i64::MAX,
            nanos: 0,
        });
    }),
    ("window_end", |r| {
        r.window_end = Some(prost_types::Timestamp {
            seconds: 0,
            nanos: i32::MAX,
        });
    }),
    ("sketch.mapping", |r| {
        r.sketch = Some(pb::DdSketch::default())
    }),
    ("sketch.mapping.interpolation", |r| {
        mapping(r).interpolation = 9;
    }),
    ("sketch", |r| mapping(r).gamma = f64::NAN),
    ("sketch", |r| mapping(r).gamma = 3.0),
    ("sketch", |r| sketch_of(r).zero_count = f64::NAN),
    ("sketch", |r| {
        sketch_of(r).positive_values = Some(bins(f64::INFINITY));
    }),
    ("sketch.negative_values", |r| {
        sketch_of(r).negative_values = Some(bins(1.0));
    }),
    ("sketch.negative_values", |r| {
        sketch_of(r).negative_values = Some(bins(f64::NAN));
    }),
];

fn bins(count: f64) -> pb::Store {
    pb::Store {
        bin_counts: [(0, count)].into(),
        ..pb::Store::default()
    }
}

/// A sketch as DDSketch libraries make it, of values in milliseconds.
fn sketch() -> pb::DdSketch {
    pb::DdSketch {
        mapping: Some(pb::IndexMapping {
            gamma: 1.02,
            index_offset: 0.0,
            interpolation: Interpolation::None.into(),
        }),
        // a library may write an empty store
        negative_values: Some(bins(0.0)),
        ..pb::DdSketch::default()
    }
}

fn sketch_of(report: &mut pb::ArmReport) -> &mut pb::DdSketch {
    report.sketch.get_or_insert_with(sketch)
}

fn mapping(report: &mut pb::ArmReport) -> &mut pb::IndexMapping {
    sketch_of(report).mapping.get_or_insert_default()
}

fn report() -> pb::ArmReport {
    pb::ArmReport {
        of: Some(Of::Arm("canary".to_owned())),
        requests: 100,
        errors: 3,
        ..pb::ArmReport::default()
    }
}

fn parsed(given: pb::ArmReport) -> Report {
    let mut parsed = reports(vec![given], &rollout()).unwrap();
    parsed.remove(0)
}

#[test]
fn each_bad_field_is_told_by_its_name_and_place() {
    for (number, (expected, breaks)) in BAD.iter().enumerate() {
        let mut bad = report();
        breaks(&mut bad);
        let fault = reports(vec![report(), bad], &rollout()).expect_err(expected);
        let expected = format!("reports[1].{expected}");
        assert_eq!(field(&fault), expected, "case {number}: {fault}");
    }
}

#[test]
fn a_call_has_one_to_a_hundred_reports() {
    let of = |count| reports(vec![report(); count], &rollout());
    assert_eq!(field(&of(0).unwrap_err()), "reports");
    assert_eq!(field(&of(101).unwrap_err()), "reports");
    assert_eq!(of(100).unwrap().len(), 100);
}

#[test]
fn a_version_is_the_canary_or_was_stable_as_reads_answer_it() {
    let arm = |of| {
        parsed(pb::ArmReport {
            of: Some(of),
            ..report()
        })
        .arm
    };
    for (version, expected) in [
        ("v2", Arm::Canary),
        ("v2+b33a1f94", Arm::Canary),
        ("v7,v2", Arm::Canary),
        ("v1", Arm::Stable),
        ("v1+b33a1f94", Arm::Stable),
        // a reader that has not read since it was stable
        ("v0", Arm::Stable),
    ] {
        assert_eq!(arm(Of::Version(version.to_owned())), expected, "{version}");
    }
    assert_eq!(arm(Of::Arm("stable".to_owned())), Arm::Stable);
    assert_eq!(arm(Of::Arm("canary".to_owned())), Arm::Canary);
}

#[test]
fn latencies_are_milliseconds_in_both_forms_and_are_added() {
    let listed = parsed(pb::ArmReport {
        latencies_ms: vec![250.0; 10],
        ..report()
    });
    let median = listed.figures.latency().quantile(0.5).unwrap();
    assert!((0.2475..=0.2525).contains(&median), "{median} s");

    // from 250.9 ms, which is 1.02^279, to 2 % more
    let of_251_ms = pb::Store {
        contiguous_bin_counts: vec![10.0],
        contiguous_bin_index_offset: 279,
        ..pb::Store::default()
    };
    let both = parsed(pb::ArmReport {
        latencies_ms: vec![250.0; 10],
        sketch: Some(pb::DdSketch {
            positive_values: Some(of_251_ms),
            zero_count: 1.0,
            ..sketch()
        }),
        ..report()
    });
    let latency = both.figures.latency();
    assert_eq!(latency.count(), 21.0);
    let longest = latency.quantile(1.0).unwrap();
    assert!((0.245..=0.260).contains(&longest), "{longest} s");
    assert_eq!(latency.quantile(0.0), Some(0.0));
}

#[test]
fn what_is_left_out_is_for_the_rollout_to_fill_in() {
    let report = parsed(report());
    assert_eq!(report.application, None);
    assert_eq!(report.generation, None);
    assert_eq!((report.from, report.to), (None, None));
    let tally = report.figures.tally();
    assert_eq!((tally.requests, tally.errors), (100, 3));
}
