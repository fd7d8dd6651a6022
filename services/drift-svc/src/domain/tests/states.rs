//! The states, and which of them comes first.

use super::sample::{INTERVAL, Scene, released, report, rules, tolerant};
use crate::domain::{Report, State, Status, Taken};

#[test]
fn who_follows_is_pending_and_then_in_sync() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    assert_eq!(scene.runs("a", "v1"), State::InSync);
    scene.follow(&released(&["v1", "v2"]));
    assert_eq!(scene.state("a"), State::Pending);
    scene.pass(30);
    assert_eq!(scene.runs("a", "v2"), State::InSync);
    assert_eq!(scene.roster.take_applied(), [300]);
}

#[test]
fn who_does_not_follow_has_drifted_by_its_first_report_after_the_grace() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    scene.runs("a", "v1");
    scene.follow(&released(&["v1", "v2"]));
    scene.pass(59);
    assert_eq!(scene.runs("a", "v1"), State::Pending);
    scene.pass(20);
    // it may have changed since: only it can tell
    assert_eq!(scene.state("a"), State::Pending);
    assert_eq!(scene.runs("a", "v1"), State::Drifted);
    assert_eq!(scene.runs("a", "v2"), State::InSync);
}

#[test]
fn what_was_said_within_the_grace_makes_nobody_drifted_when_it_arrives_late() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    scene.runs("a", "v1");
    scene.follow(&released(&["v1", "v2"]));
    scene.pass(80);
    let told = |sequence, late| Report {
        late,
        ..report("a", "v1", sequence)
    };
    // said 40 s and 50 s after the release
    for (sequence, late) in [(10, 400), (11, 300)] {
        scene.tell(told(sequence, late));
        assert_eq!(scene.state("a"), State::Pending);
        scene.pass(1);
        assert_eq!(scene.state("a"), State::Pending);
    }
    // and 62 s after it
    scene.tell(told(12, 200));
    assert_eq!(scene.state("a"), State::Drifted);
    // which nothing makes undone but a report of what it should run
    scene.tell(told(13, 800));
    scene.pass(1);
    assert_eq!(scene.state("a"), State::Drifted);
    scene.tell(report("a", "v2", 14));
    assert_eq!(scene.state("a"), State::InSync);
}

#[test]
fn a_life_with_a_number_from_the_future_is_over_once_it_is_missed() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    assert_eq!(scene.starts("a", u64::MAX, "v1"), State::InSync);
    scene.pass(30);
    assert_eq!(scene.tell(report("a", "v9", 1)), Taken::Older);
    scene.pass(61);
    assert_eq!(scene.state("a"), State::Stale);
    assert_eq!(scene.tell(report("a", "v1", 2)), Taken::Newer);
    assert_eq!(
        (scene.state("a"), scene.member("a").boot),
        (State::InSync, 1)
    );
}

#[test]
fn a_version_under_any_of_its_names_is_in_sync() {
    let mut scene = Scene::new(rules());
    let mut plan = (*released(&["v1", "v2"])).clone();
    let current = plan.variants[0].as_mut().unwrap();
    current.names.push("4f1c9a7".into());
    scene.follow(&std::sync::Arc::new(plan));
    assert_eq!(scene.runs("a", "4f1c9a7"), State::InSync);
}

#[test]
fn what_was_never_served_is_unknown_and_what_is_newer_than_known_is_ahead() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1", "v2"]));
    assert_eq!(scene.runs("a", "v9"), State::UnknownVersion);
    let newer = Report {
        position: 21,
        ..report("a", "v9", 100)
    };
    scene.tell(newer);
    assert_eq!(scene.state("a"), State::Ahead);
    // even if it is a version of before: it may have been released again
    scene.tell(Report {
        position: 21,
        ..report("a", "v1", 101)
    });
    assert_eq!(scene.state("a"), State::Ahead);
    scene.roster.reach(21);
    scene.tell(Report {
        position: 21,
        ..report("a", "v9", 102)
    });
    assert_eq!(scene.state("a"), State::UnknownVersion);
}

#[test]
fn who_refused_what_it_should_run_has_failed_whatever_it_runs() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1", "v2"]));
    for (sequence, version) in [(1, "v1"), (2, "v2"), (3, "v9")] {
        scene.tell(Report {
            refused: "v2",
            error: "no such host",
            ..report("a", version, sequence)
        });
        assert_eq!(scene.state("a"), State::Failed);
    }
    let refused = scene.member("a").refused;
    assert_eq!(refused, Some(("v2".to_owned(), "no such host".to_owned())));
    // what it refused is no longer what it should run
    scene.follow(&released(&["v1", "v2", "v3"]));
    assert_eq!(scene.state("a"), State::UnknownVersion);
    scene.tell(report("a", "v3", 4));
    assert_eq!(
        (scene.state("a"), scene.member("a").refused),
        (State::InSync, None)
    );
}

#[test]
fn who_misses_three_intervals_is_stale_whatever_else_it_is_and_then_forgotten() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1", "v2"]));
    scene.runs("a", "v9");
    scene.runs("b", "v2");
    scene.pass(3 * INTERVAL / 10 - 1);
    assert_eq!(scene.state("a"), State::UnknownVersion);
    scene.pass(2);
    assert_eq!(
        (scene.state("a"), scene.state("b")),
        (State::Stale, State::Stale)
    );
    scene.runs("b", "v2");
    assert_eq!(scene.state("b"), State::InSync);
    scene.pass(297);
    assert!(scene.roster.member("a").is_some());
    scene.runs("b", "v2");
    scene.pass(4);
    assert_eq!(scene.roster.member("a"), None);
    assert_eq!(scene.roster.len(), 1);
}

#[test]
fn versions_back_are_tolerated_as_far_as_is_set() {
    for (tolerance, expected) in [
        (0, [State::Pending; 3]),
        (1, [State::InSync, State::Pending, State::Pending]),
        (2, [State::InSync, State::InSync, State::Pending]),
    ] {
        let mut scene = Scene::new(tolerant(tolerance));
        scene.follow(&released(&["v1", "v2", "v3", "v4"]));
        let states = ["v3", "v2", "v1"].map(|version| scene.runs("a", version));
        assert_eq!(states, expected, "{tolerance}");
    }
}

#[test]
fn nobody_is_judged_before_it_is_known_what_it_should_run() {
    let mut scene = Scene::new(rules());
    assert_eq!(scene.runs("a", "v1"), State::Pending);
    for _ in 0..10 {
        scene.pass(30);
        assert_eq!(scene.runs("a", "v1"), State::Pending);
    }
    // the grace counts from when that is known
    scene.follow(&released(&["v1", "v2"]));
    assert_eq!(scene.runs("a", "v1"), State::Pending);
    scene.pass(61);
    assert_eq!(scene.runs("a", "v1"), State::Drifted);
}

#[test]
fn who_has_nothing_yet_is_pending_first() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    assert_eq!(scene.runs("a", ""), State::Pending);
    scene.pass(61);
    assert_eq!(scene.runs("a", ""), State::Drifted);
}

#[test]
fn who_ends_in_order_is_not_missed_nor_brought_back_by_what_arrives_late() {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    scene.tell(report("a", "v1", 1));
    let stopping = Report {
        status: Status::Stopping,
        ..report("a", "v1", 3)
    };
    assert_eq!(scene.tell(stopping), Taken::Stopped);
    assert_eq!(scene.roster.len(), 0);
    assert_eq!(scene.tell(report("a", "v1", 2)), Taken::Older);
    assert_eq!(scene.roster.len(), 0);
    scene.starts("a", 2, "v1");
    assert_eq!(scene.roster.len(), 1);
}

#[test]
fn no_more_are_kept_than_there_is_room_for() {
    let mut scene = Scene::new(rules());
    let now = scene.now;
    let taken = scene.roster.take(&report("a", "v1", 1), now, false);
    assert_eq!((taken, scene.roster.len()), (Taken::NoRoom, 0));
    scene.tell(report("a", "v1", 1));
    let taken = scene.roster.take(&report("a", "v2", 2), now, false);
    assert_eq!(taken, Taken::Newer);
}
