//! What is expected under splits.

use std::sync::Arc;

use proptest::prelude::*;
use vortex_bucket::{Arm, Forced, Share};

use super::sample::{Scene, released, report, rules, split, under};
use crate::domain::{Plan, Report, Split, State};

fn ids(count: u32) -> Vec<String> {
    (0..count).map(|n| format!("pod-{n}")).collect()
}

fn expected(scene: &Scene, id: &str) -> String {
    scene.member(id).expected
}

fn with_share(plan: &Plan, percentage: f64) -> Arc<Plan> {
    let mut plan = plan.clone();
    plan.splits[0].share = Share::from_percentage(percentage).unwrap();
    plan.splits[0].generation += 1;
    Arc::new(plan)
}

#[test]
fn each_instance_should_run_what_its_arm_says() {
    let mut scene = Scene::new(rules());
    scene.follow(&under(vec![split("r1", 30.0, false)]));
    for id in ids(200) {
        scene.runs(&id, "v0");
        let version = expected(&scene, &id);
        let state = scene.runs(&id, &version);
        let arm = scene.member(&id).arms[0].1;
        match arm {
            Arm::Stable => assert_eq!((&*version, state), ("v0", State::InSync)),
            Arm::Canary => assert_eq!((&*version, state), ("v1", State::Canary)),
        }
    }
    let standing = scene.roster.standing(9);
    let canaries = scene.count(State::Canary);
    assert!((30..90).contains(&canaries), "{canaries}");
    assert_eq!(standing.expected.len(), 2);
    assert_eq!(standing.expected[1].percentage, f64::from(canaries) / 2.0);
}

#[test]
fn a_share_that_rises_gives_grace_only_to_those_that_moved() {
    let mut scene = Scene::new(rules());
    let plan = under(vec![split("r1", 20.0, false)]);
    scene.follow(&plan);
    let ids = ids(300);
    // nobody follows
    ids.iter().for_each(|id| {
        scene.runs(id, "v0");
    });
    scene.pass(61);
    let states: Vec<State> = ids.iter().map(|id| scene.runs(id, "v0")).collect();
    scene.follow(&with_share(&plan, 60.0));
    let mut moved = 0;
    for (id, before) in ids.iter().zip(states) {
        let after = scene.state(id);
        match (before, after) {
            (State::InSync, State::Pending) => moved += 1,
            (before, after) => assert_eq!(before, after),
        }
    }
    assert!(moved > 60, "{moved}");
    assert!(scene.count(State::Drifted) > 30);
}

#[test]
fn a_release_of_what_the_canary_runs_is_no_change_for_it() {
    let mut scene = Scene::new(rules());
    scene.follow(&under(vec![split("r1", 50.0, false)]));
    let ids = ids(100);
    for id in &ids {
        scene.runs(id, "v0");
        let version = expected(&scene, id);
        scene.runs(id, &version);
    }
    let canaries = scene.count(State::Canary);
    scene.pass(60);
    scene.follow(&released(&["v0", "v1"]));
    assert_eq!(scene.count(State::InSync), canaries);
    assert_eq!(scene.count(State::Pending), 100 - canaries);
}

#[test]
fn forced_keys_have_their_arm_at_every_share() {
    let forced = Forced::new(vec!["in".to_owned()], vec!["out".to_owned()]).unwrap();
    for percentage in [0.01, 50.0, 100.0] {
        let split = Split {
            forced: forced.clone(),
            ..split("r1", percentage, false)
        };
        let mut scene = Scene::new(rules());
        scene.follow(&under(vec![split]));
        assert_eq!(scene.runs("in", "v1"), State::Canary);
        assert_eq!(scene.runs("out", "v0"), State::InSync);
        assert!(scene.member("in").arms[0].2);
        assert_eq!(scene.runs("out", "v1"), State::Pending);
    }
}

#[test]
fn by_subject_either_arm_is_right() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v0"]));
    scene.runs("a", "v0");
    scene.follow(&under(vec![split("r1", 10.0, true)]));
    assert_eq!(scene.state("a"), State::Canary);
    assert_eq!(scene.runs("a", "v1"), State::Canary);
    let [counts] = scene.roster.count_arms("r1", scene.now).unwrap()[..] else {
        panic!();
    };
    assert_eq!((counts.arm, counts.instances), (Arm::Canary, 1));
    // it is rolled back: who serves the canary still has its time to change
    scene.pass(120);
    scene.follow(&released(&["v1", "v0"]));
    assert_eq!(scene.runs("a", "v1"), State::Pending);
    scene.pass(61);
    assert_eq!(scene.runs("a", "v1"), State::Drifted);
}

#[test]
fn arms_are_counted_by_how_those_fare_that_took_them() {
    let mut scene = Scene::new(rules());
    scene.pass(400);
    let plan = under(vec![split("r1", 100.0, false)]);
    scene.follow(&plan);
    // one that has taken it, refuses it, waits, goes silent, and starts again and again
    scene.tell(report("took", "v1", 1));
    scene.tell(Report {
        refused: "v1",
        ..report("failed", "v0", 1)
    });
    scene.tell(report("waits", "v0", 1));
    scene.tell(Report {
        interval: 10,
        ..report("silent", "v1", 1)
    });
    scene.tell(Report {
        interval: 10,
        ..report("silent-before", "v0", 1)
    });
    for boot in 1..4 {
        scene.starts("loops", boot, "v1");
    }
    scene.pass(60);
    let [counts] = scene.roster.count_arms("r1", scene.now).unwrap()[..] else {
        panic!();
    };
    assert_eq!((counts.arm, counts.generation), (Arm::Canary, 1));
    assert_eq!((counts.instances, counts.failed, counts.silent), (4, 1, 1));
    assert_eq!((counts.restarting, counts.waiting), (1, 1));
    assert_eq!(scene.roster.count_arms("r2", scene.now), None);
    // five minutes later it runs well
    for _ in 0..6 {
        scene.pass(60);
        scene.starts("loops", 3, "v1");
        scene.tell(Report {
            boot: 3,
            ..report("loops", "v1", 0)
        });
    }
    let counts = scene.roster.count_arms("r1", scene.now).unwrap();
    assert_eq!(counts[0].restarting, 0);
}

/// A canary and nine of stable that all run what they should, and report by turns every 30 s.
fn one_of_ten(scene: &mut Scene) -> Vec<String> {
    let forced = Forced::new(vec!["canary".to_owned()], Vec::new()).unwrap();
    scene.follow(&under(vec![Split {
        forced,
        ..split("r1", 0.0, false)
    }]));
    let mut ids = vec!["canary".to_owned()];
    ids.extend((1..10).map(|n| format!("pod-{n}")));
    go_on(scene, &ids, 60);
    ids
}

/// Lets instances report by turns, for so many seconds.
fn go_on(scene: &mut Scene, ids: &[String], seconds: usize) {
    for second in 0..seconds {
        if let (0, Some(id)) = (second % 3, ids.get(second / 3 % 10)) {
            follows(scene, id);
        }
        scene.pass(1);
    }
}

fn follows(scene: &mut Scene, id: &str) {
    scene.runs(id, if id == "canary" { "v1" } else { "v0" });
}

/// How many are silent: of the canary, and of stable.
fn silent(scene: &Scene) -> [u64; 2] {
    let counts = scene.roster.count_arms("r1", scene.now).unwrap();
    let of = |arm| counts.iter().find(|counts| counts.arm == arm);
    [Arm::Canary, Arm::Stable].map(|arm| of(arm).map_or(0, |counts| counts.silent))
}

#[test]
fn a_network_that_is_cut_and_mended_never_has_the_canary_alone_silent() {
    for canary_is_last in [false, true] {
        let mut scene = Scene::new(rules());
        let mut ids = one_of_ten(&mut scene);
        for _ in 0..300 {
            scene.pass(1);
            let [canary, stable] = silent(&scene);
            assert!(canary == 0 || stable == 9, "{stable} of stable");
        }
        assert_eq!(silent(&scene), [1, 9]);
        if canary_is_last {
            ids.rotate_left(1);
        }
        for id in &ids {
            follows(&mut scene, id);
            scene.pass(3);
            let [canary, stable] = silent(&scene);
            assert!(canary == 0 || stable == 9, "{stable} of stable");
        }
        // and what was is forgotten
        for _ in 0..7 {
            go_on(&mut scene, &ids, 30);
        }
        assert_eq!(silent(&scene), [0, 0]);
    }
}

#[test]
fn a_canary_that_falls_silent_by_itself_is_silent_within_five_intervals() {
    let mut scene = Scene::new(rules());
    let ids = one_of_ten(&mut scene);
    let stable = &ids[1..];
    go_on(&mut scene, stable, 90);
    assert_eq!(silent(&scene), [0, 0]);
    go_on(&mut scene, stable, 30);
    assert_eq!(silent(&scene), [1, 0]);
    scene.runs("canary", "v1");
    assert_eq!(silent(&scene), [0, 0]);
}

#[test]
fn what_cannot_be_served_is_expected_of_nobody() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1", "v2"]));
    scene.runs("a", "v2");
    scene.runs("b", "v1");
    let mut broken = (*released(&["v1", "v2"])).clone();
    broken.variants = vec![None];
    scene.follow(&Arc::new(broken));
    scene.pass(100);
    assert_eq!(scene.runs("a", "v2"), State::Pending);
    assert_eq!(scene.runs("c", "v9"), State::UnknownVersion);
    assert_eq!(scene.roster.expected_of_most(), "");
    // once it can be served again, the time of before counts
    scene.follow(&released(&["v1", "v2"]));
    assert_eq!(scene.state("a"), State::InSync);
    assert_eq!(scene.runs("b", "v1"), State::Drifted);
}

fn splits() -> impl Strategy<Value = Vec<Split>> {
    let one = (
        0..=10_000_u16,
        any::<bool>(),
        prop::collection::vec(0..40_u32, 0..4),
    );
    prop::collection::vec(one, 0..=3).prop_map(|drawn| {
        let splits = drawn.into_iter().enumerate();
        let made = splits.map(|(index, (share, by_subject, keys))| {
            let (include, exclude): (Vec<u32>, Vec<u32>) =
                keys.iter().partition(|key| *key % 2 == 0);
            let named = |keys: Vec<u32>| keys.iter().map(|key| format!("pod-{key}")).collect();
            Split {
                share: Share::from_hundredths(share).unwrap(),
                forced: Forced::new(named(include), named(exclude)).unwrap(),
                ..split(&format!("r{index}"), 0.0, by_subject)
            }
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn nobody_who_runs_what_its_arm_says_is_ever_drifted(
        plans in prop::collection::vec(splits(), 1..5),
        subject in any::<u8>(),
    ) {
        let mut scene = Scene::new(rules());
        let ids = ids(40);
        for splits in plans {
            let plan = under(splits);
            scene.follow(&plan);
            for id in &ids {
                // a process that serves a subject runs what that one gets
                let mut arms = 0_u8;
                for (index, split) in plan.splits.iter().enumerate() {
                    let arm = match split.by_subject {
                        true => subject >> index & 1 == 1,
                        false => split.arm(id) == Arm::Canary,
                    };
                    arms |= u8::from(arm) << index;
                }
                let state = scene.runs(id, &format!("v{arms}"));
                let by_subject = plan.splits.iter().any(|split| split.by_subject);
                let wanted = if arms == 0 && !by_subject { State::InSync } else { State::Canary };
                prop_assert_eq!(state, wanted);
            }
            scene.pass(61);
            prop_assert_eq!(scene.count(State::Drifted), 0);
        }
    }
}
