//! Tests requests to change settings.

use std::time::Duration;

use super::*;
use crate::domain::analysis::{Baseline, OnFailure, Settings};

type Breaks = fn(&mut pb::EditRolloutRequest);

/// Requests that are refused, by the field that the error names.
const BAD: &[(&str, Breaks)] = &[
    ("thresholds", |_| {}),
    ("analysis.interval", |r| {
        r.analysis.get_or_insert_default().interval = Some(seconds(30));
    }),
    ("thresholds.max_error_rate", |r| {
        r.thresholds.get_or_insert_default().max_error_rate = Some(1.5);
    }),
    ("thresholds.max_latency_p99", |r| {
        r.thresholds.get_or_insert_default().max_latency_p99 = Some(seconds(3_601));
    }),
    ("thresholds.errors_baseline", |r| {
        r.thresholds.get_or_insert_default().errors_baseline = 9;
    }),
    ("analysis.max_failures", |r| {
        r.analysis.get_or_insert_default().max_failures = Some(0);
    }),
    ("on_failure", |r| r.on_failure = 9),
    ("resume_after_passes", |r| r.resume_after_passes = Some(101)),
];

#[test]
fn each_bad_field_of_an_edit_is_told_by_its_name() {
    for (number, (expected, breaks)) in BAD.iter().enumerate() {
        let mut request = pb::EditRolloutRequest::default();
        breaks(&mut request);
        let fault = edit(&request).expect_err(expected);
        assert_eq!(field(&fault), *expected, "case {number}: {fault}");
    }
}

#[test]
fn what_an_edit_leaves_out_stays() {
    let request = pb::EditRolloutRequest {
        thresholds: Some(pb::Thresholds {
            max_error_rate: Some(0.08),
            latency_baseline: pb::Baseline::Both.into(),
            ..pb::Thresholds::default()
        }),
        on_failure: pb::OnFailure::Pause.into(),
        resume_after_passes: Some(0),
        ..pb::EditRolloutRequest::default()
    };
    let mut before = Settings::default();
    before.thresholds.max_latency_p99 = Some(Duration::from_secs(2));
    before.max_failures = 9;
    let after = edit(&request).unwrap().of(&before);
    let mut expected = before;
    expected.thresholds.max_error_rate = 0.08;
    expected.thresholds.latency_baseline = Baseline::Both;
    expected.on_failure = OnFailure::Pause;
    assert_eq!(after, expected);
}

#[test]
fn an_edit_takes_the_limit_of_latency_away() {
    let request = pb::EditRolloutRequest {
        thresholds: Some(pb::Thresholds {
            max_latency_p99: Some(seconds(0)),
            ..pb::Thresholds::default()
        }),
        ..pb::EditRolloutRequest::default()
    };
    let mut before = Settings::default();
    before.thresholds.max_latency_p99 = Some(Duration::from_secs(2));
    let after = edit(&request).unwrap().of(&before);
    assert_eq!(after.thresholds.max_latency_p99, None);
}
