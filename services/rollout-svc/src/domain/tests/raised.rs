//! R17: a share is raised for few instances, never falls, and is asked for once.

use proptest::prelude::*;
use vortex_bucket::{Seed, Share};

use super::sample::{at, author, created, done, promote, spec};
use crate::domain::{
    Command, Effect, Known, Rollout, Spec, State, Strategy, Transition, Unit, analysis::Application,
};

fn percent(percent: u16) -> Share {
    Share::from_hundredths(100 * percent).unwrap()
}

fn known(buckets: &[u16]) -> Known {
    Known::Lowest {
        buckets: buckets.to_vec(),
        instances: buckets.len() as u64,
        complete: true,
    }
}

fn knowing(rollout: Rollout, command: Command, known: &Known) -> Transition {
    rollout.step_knowing(command, known, at(2)).unwrap()
}

fn share_of(transition: &Transition) -> Share {
    match transition.effect {
        Some(Effect::SetShare { share, .. }) => share,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fleet_of_five_gets_exactly_one_canary_at_one_percent() {
    let rollout = created();
    let seed = Seed::of(rollout.id().as_str());
    let pods = ["pod-0", "pod-1", "pod-2", "pod-3", "pod-4"];
    let mut buckets = pods.map(|pod| seed.bucket(pod).number());
    buckets.sort_unstable();
    let started = knowing(rollout, Command::Start(author()), &known(&buckets));
    let share = share_of(&started);
    let arms = pods.map(|pod| vortex_bucket::arm(seed, share, pod));
    let canaries = arms
        .iter()
        .filter(|arm| **arm == vortex_bucket::Arm::Canary);
    assert_eq!(canaries.count(), 1);
    let audit = started.audit.unwrap();
    assert_eq!(audit.share, Some(share));
    let said = format!("raised from 1 % to {share} %, so that 1 instance gets it: 5 are known");
    assert_eq!(audit.share_reason, said);
    let settled = done(started.next, Command::Confirm { generation: 1 }, 3);
    assert_eq!(settled.state().in_force(), share);
}

#[test]
fn a_share_that_was_raised_stays_until_a_stage_is_above_it() {
    let start = Command::Start(author());
    let started = knowing(created(), start, &known(&[1_199, 3_000])).next;
    let first = done(started, Command::Confirm { generation: 1 }, 2);
    assert_eq!(first.state().in_force(), percent(12));
    // the instance is gone, and nobody answers
    let away = Known::Unanswered("it is away".to_owned());
    let second = knowing(first, promote(), &away);
    assert_eq!(share_of(&second), percent(12));
    let said = "not raised from 5 % for 1 instance: drift-svc did not answer: it is away";
    assert_eq!(second.audit.unwrap().share_reason, said);
    let second = done(second.next, Command::Confirm { generation: 2 }, 3);
    let third = knowing(second, promote(), &known(&[3_000]));
    assert_eq!(share_of(&third), Share::from_hundredths(3_001).unwrap());
    let third = done(third.next, Command::Confirm { generation: 3 }, 4);
    let fourth = knowing(third, promote(), &known(&[3_000]));
    assert_eq!(share_of(&fourth), percent(50));
    assert_eq!(fourth.next.standing.raised, None);
    assert_eq!(fourth.audit.unwrap().share_reason, "");
}

#[test]
fn what_is_not_known_for_sure_raises_nothing_and_is_said() {
    let said = |known: Known| {
        let outcome = known.raise(percent(1), 2);
        assert_eq!(outcome.raised, None);
        outcome.said
    };
    let lowest = |buckets: &[u16], complete| Known::Lowest {
        buckets: buckets.to_vec(),
        instances: buckets.len() as u64,
        complete,
    };
    assert_eq!(said(Known::NotAsked), "");
    assert_eq!(said(lowest(&[3, 99], false)), "");
    assert_eq!(
        said(lowest(&[3, 100], false)),
        "not raised from 1 % for 2 instances: drift-svc has not run for long enough to know all \
         instances"
    );
    assert_eq!(
        said(lowest(&[3], true)),
        "not raised from 1 % for 2 instances: 1 is known"
    );
}

#[test]
fn a_rollout_by_subject_raises_nothing() {
    let by_subject = Spec {
        unit: Unit::Subject,
        ..spec(Strategy::Conservative)
    };
    let rollout = Rollout::create(by_subject, author()).0;
    let started = knowing(rollout, Command::Start(author()), &known(&[9_000]));
    assert_eq!(share_of(&started), percent(1));
}

#[test]
fn a_rollout_that_a_freeze_meets_stays_at_the_raised_share() {
    let started = knowing(created(), Command::Start(author()), &known(&[199])).next;
    let first = done(started, Command::Confirm { generation: 1 }, 2);
    let promoted = done(first, promote(), 3);
    let stay = Command::Stay {
        generation: 2,
        stage: 0,
        share: percent(2),
        why: "frozen".to_owned(),
    };
    let stayed = done(promoted, stay, 4);
    assert_eq!(
        stayed.pending(),
        Some(Effect::SetShare {
            share: percent(2),
            generation: 3
        })
    );
    let settled = done(stayed, Command::Confirm { generation: 3 }, 5);
    assert_eq!(settled.state().in_force(), percent(2));
}

#[test]
fn instances_are_looked_for_by_what_documents_were_written_for() {
    let of = |path: &str, app: Option<&str>| {
        let spec = Spec {
            paths: vec![path.to_owned()],
            written_for: vec![app.map(Application::new)],
            ..spec(Strategy::Conservative)
        };
        let owners = spec.owners().into_iter();
        owners
            .map(|(app, profile)| format!("{app}/{profile}"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(of("orders.yml", Some("orders")), "orders/");
    assert_eq!(of("orders-default.yml", Some("orders")), "orders/");
    assert_eq!(of("orders-prod.yml", Some("orders")), "orders/prod");
    assert_eq!(of("application-prod.yml", Some("application")), "/prod");
    assert_eq!(of("application.yml", None), "/");
    assert_eq!(of("orders-eu.yml", None), "orders/eu orders-eu/");
}

proptest! {
    /// Whatever is known at each step, the share never falls, and is the largest of what the stage
    /// and the instances ask for.
    #[test]
    fn a_share_never_falls(asked in proptest::collection::vec(proptest::option::of(0_u16..10_000), 5)) {
        let mut rollout = created();
        let mut largest = Share::NONE;
        for (index, bucket) in asked.into_iter().enumerate() {
            let command = match index {
                0 => Command::Start(author()),
                _ => promote(),
            };
            let known = bucket.map_or(Known::NotAsked, |bucket| known(&[bucket]));
            let moved = knowing(rollout, command, &known);
            let share = share_of(&moved);
            let stage = moved.next.stage().unwrap().share;
            let needed = bucket.map(|bucket| Share::from_hundredths(bucket + 1).unwrap());
            prop_assert_eq!(share, stage.max(largest).max(needed.unwrap_or(Share::NONE)));
            largest = share;
            prop_assert_eq!(moved.next.pending(), moved.effect);
            let generation = moved.next.standing.generation;
            rollout = done(moved.next, Command::Confirm { generation }, 3);
            prop_assert!(matches!(rollout.state(), State::Running(_)));
            prop_assert_eq!(rollout.state().in_force(), share);
        }
    }
}
