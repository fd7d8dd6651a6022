//! Golden bytes of values with fields that version 2 got later: each line of `v2-gates.values` and
//! `v2-instances.values` has the kind of a value and its bytes, in hexadecimal. `VORTEX_WRITE=1`
//! writes the files.

mod instances;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use vortex_bucket::{Forced, Share};

use super::{Stored, decode, encode};
use crate::domain::{
    Action, AuditEntry, ClosedSlice, Gates, Hold, Measured, Moment, Paused, Spec, Standing, State,
    StateKind, Strategy, Unit,
    analysis::{
        Analysis, Application, Baseline, Cause, Counts, ErrorsEvidence, ErrorsFinding, Finding,
        Judged, LatencyEvidence, LatencyFinding, Limit, OnFailure, SettingChange, Settings, Tail,
        Tally,
    },
};

fn moment() -> Moment {
    let at = Timestamp::from_second(1_700_000_000).unwrap();
    Moment {
        wall: at,
        steady: at,
    }
}

fn settings() -> Settings {
    let mut settings = Settings {
        on_failure: OnFailure::Pause,
        resume_after_passes: 3,
        ..Settings::default()
    };
    settings.thresholds.errors_baseline = Baseline::Both;
    settings.thresholds.latency_baseline = Baseline::Relative;
    settings
}

fn spec() -> Spec {
    Spec {
        id: "01hw5yzt8k2q9f3m".parse().unwrap(),
        label: "main".to_owned(),
        change: "v2".to_owned(),
        change_sequence: 7,
        paths: vec!["orders.yml".to_owned()],
        written_for: vec![None],
        apps: Vec::new(),
        from_version: "v1".to_owned(),
        stable_versions: Vec::new(),
        strategy: Some(Strategy::Immediate),
        stages: Strategy::Immediate.stages(),
        unit: Unit::Instance,
        auto_promote: true,
        settings: settings(),
        description: String::new(),
        principal: "ada".to_owned(),
        created: moment(),
        reverts: None,
        source: None,
        baseline: None,
        force: false,
        forced: Forced::default(),
        way_back: false,
        min_instances: 0,
        gates: Gates::default(),
    }
}

fn standing() -> Standing {
    Standing {
        state: State::Paused(Paused {
            stage: 1,
            in_force: Share::from_hundredths(500).unwrap(),
            hold: Hold::Settled { since: moment() },
            why: "shared outage".to_owned(),
            clears: true,
        }),
        generation: 2,
        revision: 5,
        audits: 4,
        updated: moment(),
        edited: Some(Arc::new(settings())),
        raised: None,
    }
}

fn audit() -> AuditEntry {
    let change = SettingChange {
        setting: "max_error_rate".to_owned(),
        from: "0.05".to_owned(),
        to: "0.08".to_owned(),
    };
    AuditEntry {
        number: 4,
        at: moment().wall,
        principal: "ada".to_owned(),
        action: Action::Edit,
        from: Some(StateKind::Paused),
        to: StateKind::Paused,
        from_stage: Some(1),
        to_stage: Some(1),
        share: None,
        share_reason: String::new(),
        reason: "the database is slow".to_owned(),
        evidence: Vec::new(),
        generation: 2,
        changes: vec![change],
    }
}

/// A slice with one finding of each kind that is newer than the first ones.
fn judged() -> Judged {
    let tally = Tally {
        requests: 500,
        errors: 100,
    };
    let errors = |finding| {
        Finding::Errors(ErrorsEvidence {
            finding,
            canary: tally,
            stable: Some(tally),
            min_requests: 100,
            max_error_rate: 0.05,
            min_success_rate: 0.99,
            p: Some(0.001),
            comparison: None,
        })
    };
    let (limit, p) = (Duration::from_millis(250), 0.001);
    let tail = Tail {
        count: 500,
        p99: Some(Duration::from_millis(400)),
    };
    let latency = |finding| {
        Finding::Latency(LatencyEvidence {
            finding,
            canary: tail,
            stable: Some(tail),
            min_requests: 100,
        })
    };
    let ratio = Some(1.5);
    Judged {
        application: Application::new("orders"),
        start: Duration::from_secs(30),
        end: Duration::from_secs(60),
        findings: vec![
            errors(ErrorsFinding::SharedOutage),
            errors(ErrorsFinding::AboveLimitOnly),
            errors(ErrorsFinding::WorseOnly),
            latency(LatencyFinding::SharedOutage { limit, p }),
            latency(LatencyFinding::AboveOnly { limit, ratio, p }),
        ],
    }
}

fn measured() -> Measured {
    let mut analysis = Analysis::begin([Application::new("orders")]).unwrap();
    for observed in analysis.applications.values_mut() {
        observed.counts = Counts {
            shared_in_a_row: 2,
            passes_in_a_row: 1,
            ..Counts::default()
        };
        observed.cause = Some(Cause {
            limit: Limit::SharedOutage(2),
            slice: judged(),
            on_failure: Some(OnFailure::Pause),
        });
        observed.began_by = Some(Arc::new(settings()));
    }
    Measured {
        analysis,
        counted_from: Duration::ZERO,
        totals: Default::default(),
        closed: 2,
        seen: Default::default(),
        windows: Default::default(),
        slices: Default::default(),
    }
}

fn slice() -> ClosedSlice {
    ClosedSlice {
        number: 2,
        stage: 1,
        effect_at: moment().wall,
        judged: judged(),
    }
}

/// A line of the file, of a value that is read as it was stored.
fn line<D: Stored + PartialEq + std::fmt::Debug>(kind: &str, value: &D) -> String {
    let stored = encode(value);
    assert_eq!(&decode::<D>(kind, &stored).unwrap(), value);
    format!("{kind}\t{}\n", hex::encode(stored))
}

#[test]
fn later_fields_have_the_bytes_that_they_always_had() {
    let lines = [
        line("spec", &spec()),
        line("rollout", &standing()),
        line("audit", &audit()),
        line("measured", &measured()),
        line("slice", &slice()),
    ]
    .concat();
    hold("v2-gates", &lines);
}

/// Holds lines to those of a file.
fn hold(file: &str, lines: &str) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/stored");
    let file = format!("{folder}/{file}.values");
    if std::env::var_os("VORTEX_WRITE").is_some() {
        std::fs::write(&file, lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(file).unwrap());
}
