//! The effect of each command in each state.

use std::collections::BTreeMap;

use vortex_bucket::Share;

use super::sample::{
    at, at_last_stage, author, created, done, failing, judged, promote, settled, taken,
};
use crate::domain::{
    Action, Command, Effect, Ending, Lost, Motion, Refusal, Refused, Removal, RolledBack, Rollout,
    Running, SELF, State, StateKind,
    analysis::{Cause, Decision, Edit, Limit, OnFailure},
};

fn percent(percent: u16) -> Share {
    Share::from_hundredths(100 * percent).unwrap()
}

fn refused(rollout: Rollout, command: Command) -> Refused {
    rollout.step(command, at(2)).unwrap_err()
}

#[track_caller]
fn assert_wrong_state(rollout: Rollout, command: Command) {
    let refused = refused(rollout, command);
    assert!(matches!(refused, Refused::WrongState { .. }), "{refused:?}");
}

#[test]
fn a_start_sets_the_first_share() {
    let started = taken(created(), Command::Start(author()), 1);
    let share = percent(1);
    assert_eq!(
        started.effect,
        Some(Effect::SetShare {
            share,
            generation: 1
        })
    );
    assert_eq!(started.next.state().in_force(), Share::NONE);
    assert_eq!(started.audit.unwrap().action, Action::Start);
}

#[test]
fn time_in_a_stage_counts_from_the_confirmed_effect() {
    let started = done(created(), Command::Start(author()), 1);
    assert_eq!(started.state().settled_since(), None);
    let settled = done(started, Command::Confirm { generation: 1 }, 60);
    assert_eq!(settled.state().settled_since(), Some(at(60)));
    assert_eq!(settled.state().in_force(), percent(1));
}

#[test]
fn promotions_go_through_all_stages_to_the_release() {
    let last = at_last_stage();
    assert_eq!(last.state().in_force(), Share::FULL);
    let releasing = taken(last, promote(), 2);
    assert_eq!(releasing.effect, Some(Effect::Release { generation: 6 }));
    assert_eq!(releasing.next.kind(), StateKind::Running);
    let completed = taken(releasing.next, Command::Confirm { generation: 6 }, 3);
    assert_eq!(completed.next.kind(), StateKind::Completed);
    assert_eq!(completed.audit.unwrap().to, StateKind::Completed);
}

#[test]
fn a_promotion_from_another_stage_than_expected_is_refused() {
    let command = Command::Promote {
        author: author(),
        expected: Some(1),
    };
    let expected = Refused::AtOtherStage {
        expected: 1,
        found: 0,
    };
    assert_eq!(refused(settled(), command), expected);
}

#[test]
fn a_rollback_wins_over_a_promotion_under_way() {
    let promoted = done(settled(), promote(), 2);
    let rolled_back = taken(promoted, Command::RollBack(author()), 3);
    assert_eq!(rolled_back.effect, Some(Effect::Remove { generation: 3 }));
    let late = Command::Confirm { generation: 2 };
    assert_eq!(refused(rolled_back.next, late), Refused::Passed);
}

#[test]
fn a_rollback_wins_over_a_release_under_way() {
    let releasing = done(at_last_stage(), promote(), 2);
    let rolled_back = done(releasing, Command::RollBack(author()), 3);
    assert_eq!(rolled_back.kind(), StateKind::RolledBack);
    let removed = done(rolled_back, Command::Confirm { generation: 7 }, 4);
    assert!(removed.is_settled_for_good());
    assert_eq!(removed.state().in_force(), Share::NONE);
}

#[test]
fn a_rollback_that_came_after_the_release_finds_the_rollout_completed() {
    let releasing = done(at_last_stage(), promote(), 2);
    let rolled_back = done(releasing, Command::RollBack(author()), 3);
    let found = taken(rolled_back, lost(Ending::Released), 4);
    assert_eq!(found.next.kind(), StateKind::Completed);
    assert!(
        found
            .audit
            .unwrap()
            .reason
            .contains("before the rollback came")
    );
}

#[test]
fn nothing_can_be_completed_before_its_first_share_is_in_force() {
    let started = done(created(), Command::Start(author()), 1);
    assert_wrong_state(started.clone(), Command::Complete(author()));
    let settled = done(started, Command::Confirm { generation: 1 }, 1);
    let completing = taken(settled, Command::Complete(author()), 2);
    assert_eq!(completing.effect, Some(Effect::Release { generation: 2 }));
}

#[test]
fn a_pause_keeps_the_share_and_its_time() {
    let paused = done(settled(), Command::Pause(author()), 5);
    assert_eq!(paused.pending(), None);
    assert_eq!(paused.state().settled_since(), Some(at(1)));
    let resumed = done(paused, Command::Resume(author()), 9);
    let State::Running(Running { motion, .. }) = resumed.state() else {
        panic!("{:?}", resumed.state());
    };
    assert_eq!(*motion, Motion::Settled { since: at(1) });
}

#[test]
fn a_pause_lets_an_effect_on_its_way_arrive() {
    let started = done(created(), Command::Start(author()), 1);
    let paused = done(started, Command::Pause(author()), 2);
    assert!(paused.pending().is_some());
    let settled = done(paused, Command::Confirm { generation: 1 }, 3);
    assert_eq!(settled.kind(), StateKind::Paused);
    assert_eq!(settled.state().settled_since(), Some(at(3)));
}

#[test]
fn a_promotion_ends_a_pause() {
    let paused = done(settled(), Command::Pause(author()), 2);
    assert_eq!(done(paused, promote(), 3).kind(), StateKind::Running);
}

fn lost(how: Ending) -> Command {
    Command::Lose(Lost {
        how,
        by: "grace".to_owned(),
        why: "h1 was released by force".to_owned(),
    })
}

fn refusal(message: &str) -> Refusal {
    Refusal {
        reason: "BASELINE_MOVED".to_owned(),
        message: message.to_owned(),
        facts: BTreeMap::from([("stable".to_owned(), "h1".to_owned())]),
    }
}

#[test]
fn a_rollout_whose_split_somebody_ended_ends_and_says_who_that_was() {
    let paused = done(settled(), Command::Pause(author()), 2);
    let promoted = done(settled(), promote(), 2);
    for rollout in [settled(), paused, promoted] {
        for how in [Ending::Detached, Ending::Removed] {
            let ended = taken(rollout.clone(), lost(how), 3);
            let audit = ended.audit.unwrap();
            assert_eq!(
                (
                    audit.action,
                    audit.principal.as_str(),
                    audit.reason.as_str()
                ),
                (Action::Detach, "grace", "h1 was released by force")
            );
            assert!(!audit.is_automatic_rollback(), "the breaker counts it");
            assert!(ended.next.is_settled_for_good());
            assert_eq!(ended.next.kind(), StateKind::RolledBack);
            assert_eq!(ended.next.state().in_force(), Share::NONE);
            for command in [promote(), Command::RollBack(author())] {
                assert_wrong_state(ended.next.clone(), command);
            }
        }
    }
}

#[test]
fn a_rollout_whose_change_set_somebody_released_is_completed() {
    let paused = done(settled(), Command::Pause(author()), 2);
    for rollout in [settled(), paused] {
        let ended = taken(rollout, lost(Ending::Released), 3);
        assert_eq!(ended.next.kind(), StateKind::Completed);
        let audit = ended.audit.unwrap();
        assert_eq!(
            (audit.action, audit.principal.as_str()),
            (Action::Complete, "grace")
        );
    }
}

#[test]
fn a_start_that_is_refused_ends_the_rollout_and_keeps_what_was_said() {
    let started = done(created(), Command::Start(author()), 1);
    let refuse = Command::Refuse {
        generation: 1,
        refusal: refusal("orders.yml is h1 now"),
    };
    let refused = taken(started, refuse, 2);
    // a SetSplit that arrives late must not begin the split
    assert_eq!(refused.effect, Some(Effect::Remove { generation: 2 }));
    assert_eq!(refused.next.kind(), StateKind::RolledBack);
    let said = refused.next.state().start_refused();
    assert_eq!(said, Some(&refusal("orders.yml is h1 now")));
    let ended = done(refused.next, Command::Confirm { generation: 2 }, 3);
    assert!(ended.is_settled_for_good());
    assert_eq!(ended.state().in_force(), Share::NONE);
}

#[test]
fn a_later_effect_that_is_refused_gives_everybody_stable_again() {
    let refuse = Command::Refuse {
        generation: 2,
        refusal: refusal("it would stand beside another"),
    };
    let refused = taken(done(settled(), promote(), 2), refuse, 3);
    assert_eq!(refused.effect, Some(Effect::Remove { generation: 3 }));
    assert_eq!(refused.next.state().start_refused(), None);
    assert_eq!(refused.next.state().in_force(), percent(1));
    let refuse = Command::Refuse {
        generation: 3,
        refusal: refusal("it is not known"),
    };
    let ended = done(refused.next, refuse, 4);
    assert!(ended.is_settled_for_good());
    assert!(ended.state().detached().is_some());
}

fn stay(generation: u64, stage: u32) -> Command {
    Command::Stay {
        generation,
        stage,
        share: created().spec.stages.at(stage).share,
        why: "frozen: the audit".to_owned(),
    }
}

#[test]
fn a_rollout_whose_effect_does_not_come_through_stays_where_readers_are() {
    let promoted = done(settled(), promote(), 2);
    assert_eq!(refused(promoted.clone(), stay(1, 0)), Refused::Passed);
    let stayed = taken(promoted.clone(), stay(2, 0), 3);
    let share = percent(1);
    let effect = Effect::SetShare {
        share,
        generation: 3,
    };
    assert_eq!(stayed.effect, Some(effect));
    let audit = stayed.audit.unwrap();
    assert_eq!((audit.action, audit.share), (Action::Stay, Some(share)));
    assert_eq!((audit.from_stage, audit.to_stage), (Some(1), Some(0)));
    let settled = done(stayed.next, Command::Confirm { generation: 3 }, 4);
    assert_eq!(settled.state().settled_since(), Some(at(4)));
    let paused = done(promoted, Command::Pause(author()), 3);
    let stayed = done(paused, stay(2, 0), 4);
    assert_eq!(
        (stayed.kind(), stayed.state().stage()),
        (StateKind::Paused, Some(0))
    );
    assert_eq!(stayed.pending(), Some(effect));
}

#[test]
fn a_release_that_does_not_come_through_can_be_asked_for_again() {
    let releasing = done(at_last_stage(), promote(), 2);
    let stayed = done(releasing, stay(6, 4), 3);
    let settled = done(stayed, Command::Confirm { generation: 7 }, 4);
    assert!(done(settled, promote(), 5).pending().is_some());
}

/// Rollouts that an earlier version had paused when their split was detached are read like this.
#[test]
fn a_removal_that_is_pending_ends_as_the_split_did() {
    let mut rollout = created();
    rollout.standing.generation = 3;
    rollout.standing.state = State::RolledBack(RolledBack {
        stage: 1,
        from_share: Share::NONE,
        at: at(0),
        removal: Removal::Pending,
        why: "detached: gone".to_owned(),
        start_refused: None,
    });
    assert_eq!(rollout.state().in_force(), Share::NONE);
    assert_eq!(rollout.pending(), Some(Effect::Remove { generation: 3 }));
    let completed = done(rollout.clone(), lost(Ending::Released), 1);
    assert_eq!(completed.kind(), StateKind::Completed);
    let ended = done(rollout, lost(Ending::Detached), 1);
    assert!(ended.is_settled_for_good());
}

#[test]
fn figures_roll_back_also_while_paused_and_say_why() {
    let paused = done(settled(), Command::Pause(author()), 2);
    let command = judged(&paused, Decision::RollBack(failing()));
    let audit = taken(paused, command, 3).audit.unwrap();
    assert_eq!(
        (audit.action, audit.principal.as_str()),
        (Action::RollBack, SELF)
    );
    assert!(audit.is_automatic_rollback());
    assert!(audit.reason.contains("100.0 %"), "{}", audit.reason);
    assert_eq!(audit.evidence.len(), 1);
}

#[test]
fn figures_that_fail_pause_a_rollout_that_may_not_roll_back_by_itself() {
    let command = judged(&settled(), Decision::Pause(failing()));
    let paused = done(settled(), command, 3);
    assert_eq!(paused.kind(), StateKind::Paused);
    let again = judged(&paused, Decision::Pause(failing()));
    assert!(matches!(refused(paused.clone(), again), Refused::Held(_)));
    let passes = judged(&paused, Decision::Resume(3));
    assert!(matches!(refused(paused, passes), Refused::Held(_)));
}

/// A rollout that an outage of both arms has paused.
fn paused_by_outage() -> Rollout {
    let outage = Cause {
        limit: Limit::SharedOutage(2),
        ..failing()
    };
    done(settled(), judged(&settled(), Decision::Pause(outage)), 3)
}

#[test]
fn slices_that_pass_end_a_pause_of_an_outage_and_no_other() {
    let paused = paused_by_outage();
    let resumed = taken(paused.clone(), judged(&paused, Decision::Resume(3)), 4);
    assert_eq!(resumed.next.kind(), StateKind::Running);
    let audit = resumed.audit.unwrap();
    assert_eq!(
        (audit.action, audit.principal.as_str()),
        (Action::Resume, SELF)
    );
    assert!(
        audit
            .reason
            .starts_with("3 slices in a row passed after the pause: shared outage"),
        "{}",
        audit.reason
    );
    let by_hand = done(settled(), Command::Pause(author()), 3);
    let passes = judged(&by_hand, Decision::Resume(3));
    assert!(matches!(refused(by_hand, passes), Refused::Held(_)));
}

#[test]
fn an_open_breaker_keeps_a_paused_rollout_paused() {
    let paused = paused_by_outage();
    let mut command = judged(&paused, Decision::Resume(3));
    if let Command::Judge(judgement) = &mut command {
        judgement.breaker_open = true;
    }
    assert!(matches!(refused(paused, command), Refused::Held(_)));
}

#[test]
fn an_edit_tells_old_and_new_values_and_is_refused_after_the_end() {
    let edit = || Command::Edit {
        author: author(),
        edit: Box::new(Edit {
            max_error_rate: Some(0.08),
            on_failure: Some(OnFailure::Pause),
            min_requests: Some(100),
            ..Edit::default()
        }),
    };
    let edited = taken(settled(), edit(), 2);
    assert_eq!(edited.next.state(), settled().state());
    assert_eq!(edited.next.settings().thresholds.max_error_rate, 0.08);
    let changes = edited.audit.unwrap().changes;
    let told: Vec<_> = changes
        .iter()
        .map(|change| format!("{} {} {}", change.setting, change.from, change.to))
        .collect();
    assert_eq!(
        told,
        ["max_error_rate 0.05 0.08", "on_failure rollback pause"]
    );
    let rolled_back = done(edited.next, Command::RollBack(author()), 3);
    assert_wrong_state(rolled_back, edit());
}

#[test]
fn a_person_promotes_while_the_breaker_is_open() {
    let mut command = judged(&settled(), Decision::Promote);
    if let Command::Judge(judgement) = &mut command {
        judgement.breaker_open = true;
    }
    assert!(matches!(refused(settled(), command), Refused::Held(_)));
    assert_eq!(done(settled(), promote(), 2).kind(), StateKind::Running);
}

#[test]
fn a_freeze_stops_no_rollback_and_no_pause() {
    for (decision, kind) in [
        (Decision::Promote, None),
        (Decision::RollBack(failing()), Some(StateKind::RolledBack)),
        (Decision::Pause(failing()), Some(StateKind::Paused)),
    ] {
        let mut command = judged(&settled(), decision);
        if let Command::Judge(judgement) = &mut command {
            judgement.frozen = true;
        }
        match kind {
            None => assert!(matches!(refused(settled(), command), Refused::Held(_))),
            Some(kind) => assert_eq!(done(settled(), command, 2).kind(), kind),
        }
    }
}

#[test]
fn figures_of_an_older_share_decide_nothing() {
    let stale = judged(&settled(), Decision::Promote);
    let promoted = done(settled(), promote(), 2);
    let settled = done(promoted, Command::Confirm { generation: 2 }, 3);
    assert_eq!(refused(settled, stale), Refused::Passed);
}

#[test]
fn only_what_was_never_started_can_be_deleted() {
    assert_eq!(created().check_delete(), Ok(()));
    assert!(settled().check_delete().is_err());
    assert_wrong_state(created(), Command::RollBack(author()));
}
