//! Tests requests to create a rollout.

use std::time::Duration;

use super::*;
use crate::domain::{
    Strategy, Unit,
    analysis::{Baseline, OnFailure, Settings},
};

type Breaks = fn(&mut pb::CreateRolloutRequest);

/// Requests that are refused, by the field that the error names.
const BAD: &[(&str, Breaks)] = &[
    ("target", |r| r.target = None),
    ("change.name", |r| {
        r.target = Some(Target::Change(pb::ChangeTarget::default()));
    }),
    ("document.app", |r| {
        r.target = Some(Target::Document(pb::DocumentTarget::default()));
    }),
    ("document.to_version", |r| {
        r.target = Some(Target::Document(pb::DocumentTarget {
            app: "orders".to_owned(),
            from_version: "v1".to_owned(),
            ..pb::DocumentTarget::default()
        }));
    }),
    ("strategy", |r| r.strategy = 99),
    ("stages", |r| r.strategy = pb::Strategy::Custom.into()),
    ("stages", |r| r.stage_list = Some(pb::StageList::default())),
    ("stages", |r| {
        r.strategy = pb::Strategy::Conservative.into();
        r.stage_list = Some(pb::StageList::default());
    }),
    ("stage_list", |r| {
        r.stages = vec![stage(100.0)];
        r.stage_list = Some(pb::StageList {
            stages: vec![stage(100.0)],
        });
    }),
    ("stages", |r| {
        r.strategy = pb::Strategy::Aggressive.into();
        r.stages = vec![stage(100.0)];
    }),
    ("stages", |r| r.stages = vec![stage(1.0); 21]),
    ("stages", |r| r.stages = vec![stage(1.0); 1_001]),
    ("stages", |r| r.stages = vec![stage(1.0), stage(50.0)]),
    ("stages[0].percentage", |r| r.stages = vec![stage(0.0)]),
    ("stages[0].percentage", |r| r.stages = vec![stage(-5.0)]),
    ("stages[0].percentage", |r| r.stages = vec![stage(0.005)]),
    ("stages[0].percentage", |r| r.stages = vec![stage(f64::NAN)]),
    ("stages[0].percentage", |r| r.stages = vec![stage(100.01)]),
    ("stages[1].percentage", |r| {
        r.stages = vec![stage(50.0), stage(50.0), stage(100.0)];
    }),
    ("stages[0].name", |r| {
        r.stages = vec![pb::Stage {
            name: "x".repeat(129),
            ..stage(100.0)
        }];
    }),
    ("stages[0].min_duration", |r| {
        r.stages = vec![pb::Stage {
            min_duration: Some(seconds(-1)),
            ..stage(100.0)
        }];
    }),
    ("stages[0].min_duration", |r| {
        r.stages = vec![pb::Stage {
            min_duration: Some(seconds(7 * 24 * 3_600 + 1)),
            ..stage(100.0)
        }];
    }),
    ("unit", |r| r.unit = 99),
    ("thresholds.max_error_rate", |r| {
        thresholds(r).max_error_rate = Some(f64::NAN);
    }),
    ("thresholds.max_error_rate", |r| {
        thresholds(r).max_error_rate = Some(1.5);
    }),
    ("thresholds.min_success_rate", |r| {
        thresholds(r).min_success_rate = Some(-0.1);
    }),
    ("thresholds.max_latency_ratio", |r| {
        thresholds(r).max_latency_ratio = Some(f64::INFINITY);
    }),
    ("thresholds.max_latency_p99", |r| {
        thresholds(r).max_latency_p99 = Some(seconds(-1));
    }),
    ("thresholds.max_latency_p99", |r| {
        thresholds(r).max_latency_p99 = Some(seconds(0));
    }),
    ("thresholds.min_requests", |r| {
        thresholds(r).min_requests = Some(0);
    }),
    ("analysis.interval", |r| {
        analysis(r).interval = Some(seconds(0));
    }),
    ("analysis.interval", |r| {
        analysis(r).interval = Some(seconds(i64::MIN));
    }),
    ("analysis.interval", |r| {
        analysis(r).interval = Some(seconds(3_601));
    }),
    ("analysis.interval", |r| {
        let nanos = 1_000_000_000;
        analysis(r).interval = Some(prost_types::Duration { seconds: 1, nanos });
    }),
    ("analysis.consecutive_failures", |r| {
        analysis(r).consecutive_failures = Some(0);
    }),
    ("analysis.max_failures", |r| {
        analysis(r).max_failures = Some(1_001);
    }),
    ("analysis.inconclusive_limit", |r| {
        analysis(r).inconclusive_limit = Some(0);
    }),
    ("analysis.no_data_limit", |r| {
        analysis(r).no_data_limit = Some(101);
    }),
    ("thresholds.errors_baseline", |r| {
        thresholds(r).errors_baseline = 99;
    }),
    ("thresholds.latency_baseline", |r| {
        thresholds(r).latency_baseline = -1;
    }),
    ("on_failure", |r| r.on_failure = 99),
    ("on_failure", |r| {
        r.on_failure = pb::OnFailure::Pause.into();
        r.auto_rollback = Some(true);
    }),
    ("resume_after_passes", |r| r.resume_after_passes = Some(101)),
    ("description", |r| r.description = "x".repeat(4_097)),
    ("apps", |r| r.apps = vec!["a".to_owned(); 65]),
    ("apps[1]", |r| {
        r.apps = vec!["a".to_owned(), "a b".to_owned()]
    }),
    ("apps[1]", |r| r.apps = vec!["a".to_owned(), "a".to_owned()]),
];

fn thresholds(request: &mut pb::CreateRolloutRequest) -> &mut pb::Thresholds {
    request.thresholds.get_or_insert_default()
}

fn analysis(request: &mut pb::CreateRolloutRequest) -> &mut pb::Analysis {
    request.analysis.get_or_insert_default()
}

#[test]
fn each_bad_field_is_told_by_its_name() {
    for (number, (expected, breaks)) in BAD.iter().enumerate() {
        let mut request = create();
        breaks(&mut request);
        let fault = draft(request).expect_err(expected);
        assert_eq!(field(&fault), *expected, "case {number}: {fault}");
    }
}

#[test]
fn what_is_left_out_is_filled_in() {
    let draft = draft(create()).unwrap();
    assert_eq!(draft.strategy, Some(Strategy::Conservative));
    assert_eq!(draft.stages, Strategy::Conservative.stages());
    assert_eq!(draft.unit, Unit::Instance);
    assert_eq!(draft.settings, Settings::default());
    assert!(draft.auto_promote && !draft.start);
}

#[test]
fn what_is_given_goes_before_what_is_usual() {
    let request = pb::CreateRolloutRequest {
        stages: vec![
            pb::Stage {
                name: "few".to_owned(),
                min_duration: Some(seconds(60)),
                ..stage(0.07)
            },
            stage(100.0),
        ],
        unit: pb::Unit::Subject.into(),
        auto_promote: Some(false),
        thresholds: Some(pb::Thresholds {
            max_error_rate: Some(0.0),
            max_latency_p99: Some(seconds(2)),
            ..pb::Thresholds::default()
        }),
        analysis: Some(pb::Analysis {
            interval: Some(seconds(1)),
            ..pb::Analysis::default()
        }),
        ..create()
    };
    let draft = draft(request).unwrap();
    assert_eq!(draft.strategy, None);
    let first = draft.stages.at(0);
    assert_eq!((first.name.as_str(), first.share.hundredths()), ("few", 7));
    assert_eq!(first.min_duration, Duration::from_secs(60));
    assert_eq!(draft.unit, Unit::Subject);
    assert!(!draft.auto_promote);
    assert_eq!(draft.settings.on_failure, OnFailure::RollBack);
    assert_eq!(draft.settings.thresholds.max_error_rate, 0.0);
    assert_eq!(
        draft.settings.thresholds.max_latency_p99,
        Some(Duration::from_secs(2))
    );
    assert_eq!(draft.settings.interval, Duration::from_secs(1));
    assert_eq!(draft.settings.min_requests, 100);
}

#[test]
fn what_failures_lead_to_may_be_said_in_either_way() {
    let by = |on_failure: pb::OnFailure, auto_rollback| {
        let request = pb::CreateRolloutRequest {
            on_failure: on_failure.into(),
            auto_rollback,
            ..create()
        };
        draft(request).unwrap().settings.on_failure
    };
    use pb::OnFailure::{Pause, RollBack, Unspecified};
    assert_eq!(by(Unspecified, None), OnFailure::RollBack);
    assert_eq!(by(Unspecified, Some(true)), OnFailure::RollBack);
    assert_eq!(by(RollBack, Some(true)), OnFailure::RollBack);
    assert_eq!(by(Unspecified, Some(false)), OnFailure::Pause);
    assert_eq!(by(Pause, None), OnFailure::Pause);
    assert_eq!(by(Pause, Some(false)), OnFailure::Pause);
}

#[test]
fn baselines_are_taken_by_gate() {
    let mut request = create();
    thresholds(&mut request).errors_baseline = pb::Baseline::Both.into();
    thresholds(&mut request).latency_baseline = pb::Baseline::Relative.into();
    request.resume_after_passes = Some(3);
    let settings = draft(request).unwrap().settings;
    assert_eq!(settings.thresholds.errors_baseline, Baseline::Both);
    assert_eq!(settings.thresholds.latency_baseline, Baseline::Relative);
    assert_eq!(settings.resume_after_passes, 3);
}

#[test]
fn a_revert_is_immediate_unless_it_is_said_otherwise() {
    let strategy = |given: pb::Strategy| {
        revert(pb::RevertRolloutRequest {
            strategy: given.into(),
            ..pb::RevertRolloutRequest::default()
        })
    };
    let immediate = strategy(pb::Strategy::Unspecified).unwrap();
    assert_eq!(immediate.strategy, Strategy::Immediate);
    let slow = strategy(pb::Strategy::Conservative).unwrap();
    assert_eq!(slow.strategy, Strategy::Conservative);
    let custom = strategy(pb::Strategy::Custom).unwrap_err();
    assert_eq!(field(&custom), "strategy");
}
