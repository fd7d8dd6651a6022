//! Fleets that go silent as a whole.

use super::sample::{Scene, released, rules};
use crate::domain::State;

/// A fleet of so many that all run what they should.
fn fleet(count: u32) -> (Scene, Vec<String>) {
    let mut scene = Scene::new(rules());
    scene.follow(&released(&["v1"]));
    let ids: Vec<String> = (0..count).map(|n| format!("pod-{n}")).collect();
    ids.iter().for_each(|id| {
        scene.runs(id, "v1");
    });
    (scene, ids)
}

#[test]
fn a_fleet_that_goes_silent_at_once_is_kept_and_has_all_its_time_once_it_is_back() {
    let (mut scene, ids) = fleet(10);
    scene.pass(95);
    assert_eq!(scene.count(State::Stale), 10);
    assert!(scene.roster.is_protected());
    scene.pass(20 * 60);
    assert_eq!(scene.roster.len(), 10);
    // all but one come back
    for id in &ids[1..] {
        scene.runs(id, "v1");
    }
    scene.pass(1);
    assert!(!scene.roster.is_protected());
    for _ in 0..9 {
        scene.pass(30);
        ids[1..].iter().for_each(|id| {
            scene.runs(id, "v1");
        });
    }
    assert_eq!(scene.roster.len(), 10);
    scene.pass(35);
    assert_eq!(scene.roster.len(), 9);
    assert_eq!(scene.roster.member(&ids[0]), None);
}

#[test]
fn what_is_silent_for_more_than_an_hour_is_gone() {
    let (mut scene, _) = fleet(10);
    scene.pass(50 * 60);
    assert_eq!(scene.roster.len(), 10);
    scene.pass(20 * 60);
    assert_eq!(scene.roster.len(), 0);
    assert!(!scene.roster.is_protected());
}

#[test]
fn a_few_that_go_silent_are_forgotten() {
    let (mut scene, ids) = fleet(10);
    for _ in 0..20 {
        ids[..6].iter().for_each(|id| {
            scene.runs(id, "v1");
        });
        scene.pass(30);
    }
    assert_eq!(scene.roster.len(), 6);
    let (mut scene, _) = fleet(3);
    scene.pass(600);
    assert!(scene.roster.is_empty());
}
