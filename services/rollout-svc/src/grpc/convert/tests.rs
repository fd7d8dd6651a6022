use std::sync::Arc;

use vortex_sketch::Sketch;

use super::*;
use crate::{
    domain::{
        Author, Command, Ending, Lost, Rollout, State,
        analysis::{Cells, Figures, SeenKeys},
    },
    engine::AnalysisView,
    grpc::samples::{after, at},
    splits::Reads,
};

fn author(reason: &str) -> Author {
    Author {
        principal: "ann".to_owned(),
        reason: reason.to_owned(),
    }
}

fn confirm(generation: u64) -> Command {
    Command::Confirm { generation }
}

fn shown(rollout: &Rollout) -> pb::Rollout {
    super::rollout(rollout, Some("config-svc is away".to_owned()))
}

#[test]
fn a_created_rollout_is_at_no_stage_and_nobody_gets_it() {
    let shown = shown(&after([]));
    assert_eq!(shown.state(), pb::RolloutState::Created);
    assert_eq!((shown.stage_index, shown.share_in_force), (None, 0.0));
    assert_eq!(shown.effect(), pb::EffectState::Unspecified);
    assert_eq!(
        (shown.share_reason.as_str(), shown.effect_error.as_str()),
        ("", "")
    );
    let percentages: Vec<f64> = shown.stages.iter().map(|stage| stage.percentage).collect();
    assert_eq!(percentages, [1.0, 5.0, 25.0, 50.0, 100.0]);
}

#[test]
fn until_an_effect_is_confirmed_the_share_before_is_in_force_and_it_says_why() {
    let moving = after([Command::Start(author(""))]);
    let shown_moving = shown(&moving);
    assert_eq!(shown_moving.share_in_force, 0.0);
    assert_eq!(shown_moving.stage_index, Some(0));
    assert_eq!(shown_moving.share_reason, "the stage's share is on its way");
    assert_eq!(shown_moving.effect(), pb::EffectState::Pending);
    assert_eq!(shown_moving.effect_error, "config-svc is away");
    assert_eq!(shown_moving.stage_since, None);

    let settled = after([Command::Start(author("")), confirm(1)]);
    let shown = shown(&settled);
    assert_eq!(
        (shown.share_in_force, shown.share_reason.as_str()),
        (1.0, "")
    );
    assert_eq!(shown.effect(), pb::EffectState::Confirmed);
    assert_eq!(shown.effect_error, "");
    assert_eq!(shown.stage_since, Some(timestamp(at(2).wall)));
}

#[test]
fn a_rollout_that_lost_its_split_is_told_as_ended_with_nothing_in_force() {
    let lose = Command::Lose(Lost {
        how: Ending::Detached,
        by: "grace".to_owned(),
        why: "h1 was released by force".to_owned(),
    });
    let shown = shown(&after([Command::Start(author("")), confirm(1), lose]));
    assert_eq!(shown.state(), pb::RolloutState::RolledBack);
    assert_eq!(
        (shown.share_in_force, shown.share_reason.as_str()),
        (0.0, "")
    );
    assert_eq!(shown.effect(), pb::EffectState::Confirmed);
    assert_eq!(shown.reason, "detached: h1 was released by force");
}

#[test]
fn a_rollback_says_why_and_what_is_still_in_force() {
    let start = [Command::Start(author("")), confirm(1)];
    let back = Command::RollBack(author("it is slow"));
    let pending = shown(&after(start.clone().into_iter().chain([back.clone()])));
    assert_eq!(pending.state(), pb::RolloutState::RolledBack);
    assert_eq!(
        (pending.reason.as_str(), pending.share_in_force),
        ("it is slow", 1.0)
    );
    assert_eq!(pending.effect(), pb::EffectState::Pending);
    let confirmed = shown(&after(start.into_iter().chain([back, confirm(2)])));
    assert_eq!(confirmed.share_in_force, 0.0);
    assert_eq!(confirmed.effect(), pb::EffectState::Confirmed);
}

#[test]
fn an_audit_entry_tells_from_where_to_where() {
    let created = after([]);
    let started = created.step(Command::Start(author("go")), at(1)).unwrap();
    let entry = audit_entry(&started.audit.unwrap());
    assert_eq!((entry.number, entry.action.as_str()), (2, "start"));
    assert_eq!(
        (entry.principal.as_str(), entry.reason.as_str()),
        ("ann", "go")
    );
    assert_eq!(entry.from_state(), pb::RolloutState::Created);
    assert_eq!(entry.to_state(), pb::RolloutState::Running);
    assert_eq!((entry.from_stage, entry.to_stage), (None, Some(0)));
    assert_eq!((entry.percentage, entry.generation), (Some(1.0), 1));
}

#[test]
fn what_was_judged_is_told_with_its_values() {
    let rollout = after([Command::Start(author("")), confirm(1)]);
    assert!(matches!(rollout.state(), State::Running(_)));
    let mut measured = crate::domain::Measured::begin(&rollout);
    let report = |arm, errors| crate::domain::Report {
        application: None,
        arm,
        generation: None,
        from: None,
        to: None,
        figures: Figures::new(1_000, errors, Sketch::default()).unwrap(),
    };
    let reports = vec![
        report(vortex_bucket::Arm::Canary, 80),
        report(vortex_bucket::Arm::Stable, 5),
    ];
    measured.report(&rollout, reports, None, at(3)).unwrap();
    assert!(measured.advance(&rollout, at(40)));
    let shown = analysis(&AnalysisView {
        measured: Some(Arc::new(measured)),
        holds_because: "it fails".to_owned(),
        reads: Reads {
            keyless: Some(0.5),
            keys: Some(SeenKeys {
                canary: Cells {
                    all: 3_200,
                    seen: 40,
                },
                stable: Cells {
                    all: 316_800,
                    seen: 10,
                },
            }),
        },
    });
    let [slice] = shown.slices.as_slice() else {
        panic!("{shown:?}");
    };
    assert_eq!(slice.verdict(), pb::Verdict::Fail);
    assert_eq!(slice.started_at, Some(timestamp(at(2).wall)));
    assert_eq!(slice.closed_at, Some(timestamp(at(32).wall)));
    let gate = &slice.gates[0];
    assert_eq!(
        (gate.gate.as_str(), gate.app.as_str()),
        ("errors", "orders")
    );
    assert_eq!((gate.canary, gate.stable), (Some(0.08), Some(0.005)));
    assert_eq!((gate.canary_requests, gate.stable_requests), (1_000, 1_000));
    assert_eq!(gate.threshold, Some(0.05));
    assert!(gate.p_value.unwrap() < 0.1);
    assert_eq!((shown.failures, shown.consecutive_failures), (1, 1));
    let canary = shown.total.iter().find(|figures| figures.arm == "canary");
    assert_eq!(canary.map(|figures| figures.errors), Some(80));
    assert_eq!(shown.holds_because, "it fails");
    assert_eq!(shown.keyless_reads, Some(0.5));
    let keys = shown.keys.unwrap();
    assert_eq!((keys.canary, keys.stable), (40, 10));
    assert_eq!(keys.canary_percentage, Some(80.0));
    assert!(keys.p_value.unwrap() < 0.001);
    assert!(keys.warning.contains("80.0 % of 50"), "{}", keys.warning);
}
