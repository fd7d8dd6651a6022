//! D1 to D3, by random operations.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::sample::{Scene, released, report, rules, split, under};
use crate::domain::{Filter, Member, Report, State, Status};

/// All instances of a fleet, by id.
fn members(scene: &Scene) -> BTreeMap<String, Member> {
    let mut least = std::collections::BinaryHeap::new();
    let all = (0, u32::MAX);
    let rest = scene
        .roster
        .least_ids(all, &Filter::default(), None, (&mut least, usize::MAX));
    assert_eq!(rest, None);
    let ids = least.into_sorted_vec();
    ids.iter()
        .map(|id| (id.to_string(), scene.member(id)))
        .collect()
}

/// D1: what is counted is what is there.
fn check_counts(scene: &Scene) {
    let members = members(scene);
    let standing = scene.roster.standing(usize::MAX);
    assert_eq!(standing.total as usize, members.len());
    for state in State::ALL {
        let there = members
            .values()
            .filter(|member| member.state == state)
            .count();
        assert_eq!(standing.states[state as usize] as usize, there, "{state:?}");
    }
    let mut versions: BTreeMap<(String, State), u32> = BTreeMap::new();
    for member in members.values() {
        *versions
            .entry((member.version.clone(), member.state))
            .or_default() += 1;
    }
    let counted = standing.versions.into_iter();
    let counted: BTreeMap<_, _> = counted.map(|(text, state, n)| ((text, state), n)).collect();
    assert_eq!(counted, versions);
    if let Some(arms) = scene.roster.count_arms("r0", scene.now) {
        let counted: u64 = arms.iter().map(|arm| arm.instances + arm.waiting).sum();
        assert!(counted <= members.len() as u64);
    }
}

#[derive(Clone, Debug)]
enum Act {
    Report {
        id: u8,
        boot: u64,
        sequence: u64,
        version: u8,
        refused: u8,
        stopping: bool,
        position: u64,
        late: u32,
    },
    Pass(u32),
    Release(u8),
    Split(u8, u8, bool),
    Judge(u32),
    Ask(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let told = (
        0..30_u8,
        0..4_u64,
        0..6_u64,
        0..6_u8,
        0..6_u8,
        0..10_u8,
        0..60_u64,
        0..900_u32,
    );
    let report = told.prop_map(
        |(id, boot, sequence, version, refused, stopping, position, late)| Act::Report {
            id,
            boot,
            sequence,
            version,
            refused,
            stopping: stopping == 0,
            position,
            late,
        },
    );
    prop_oneof![
        12 => report,
        2 => (1..120_u32).prop_map(Act::Pass),
        1 => (1..5_u8).prop_map(Act::Release),
        1 => (1..=100_u8, 1..3_u8, any::<bool>()).prop_map(|(share, count, unit)| Act::Split(share, count, unit)),
        1 => (1..40_u32).prop_map(Act::Judge),
        1 => (0..30_u8).prop_map(Act::Ask),
    ]
}

fn play(scene: &mut Scene, act: &Act) {
    let names = ["", "v0", "v1", "v2", "v3", "odd"];
    match act {
        Act::Report {
            id,
            boot,
            sequence,
            version,
            refused,
            stopping,
            position,
            late,
        } => {
            let id = format!("pod-{id}");
            let status = if *stopping {
                Status::Stopping
            } else {
                Status::Degraded
            };
            scene.tell(Report {
                boot: *boot,
                position: *position,
                late: *late,
                status,
                refused: if *refused > 3 {
                    names[usize::from(*version)]
                } else {
                    ""
                },
                error: "why",
                place: [&id, "", "eu", ""],
                ..report(&id, names[usize::from(*version)], *sequence)
            });
        }
        Act::Pass(seconds) => scene.leap(*seconds),
        Act::Release(last) => {
            let versions: Vec<&str> = names[1..=usize::from(*last)].to_vec();
            let (plan, now) = (released(&versions), scene.now);
            scene.roster.follow(plan, now);
        }
        Act::Split(share, count, by_subject) => {
            let splits =
                (0..*count).map(|n| split(&format!("r{n}"), f64::from(*share), *by_subject));
            let (plan, now) = (under(splits.collect()), scene.now);
            scene.roster.follow(plan, now);
        }
        Act::Judge(most) => {
            let now = scene.now;
            scene.roster.judge_more(now, *most);
        }
        Act::Ask(id) => {
            let now = scene.now;
            scene.roster.ask(&format!("pod-{id}"), now);
        }
    }
}

proptest! {
    #[test]
    fn counts_are_always_those_of_what_is_there(acts in prop::collection::vec(act(), 1..120)) {
        let mut scene = Scene::new(rules());
        for act in &acts {
            play(&mut scene, act);
            check_counts(&scene);
        }
        // D2: in the end nothing is left of those that are gone
        for _ in 0..150 {
            scene.leap(60);
        }
        prop_assert!(scene.roster.is_empty());
        check_counts(&scene);
    }

    /// D3: of the same reports comes the same, in whatever order and however often they arrive.
    #[test]
    fn the_newest_reports_count_in_any_order(
        (reports, order) in prop::collection::vec((0..8_u8, 1..4_u64, 1..9_u64, 1..4_u8), 1..60)
            .prop_flat_map(|reports| {
                let twice: Vec<usize> = (0..reports.len()).chain(0..reports.len()).collect();
                (Just(reports), Just(twice).prop_shuffle())
            }),
    ) {
        // one (boot, sequence) says one thing
        let reports: BTreeMap<(u8, u64, u64), u8> = reports
            .into_iter()
            .map(|(id, boot, sequence, version)| ((id, boot, sequence), version))
            .collect();
        let reports: Vec<_> = reports.into_iter().collect();
        let play = |order: &mut dyn Iterator<Item = usize>| {
            let mut scene = Scene::new(rules());
            scene.follow(&released(&["v1", "v2", "v3"]));
            for index in order {
                let Some(((id, boot, sequence), version)) = reports.get(index) else { continue };
                let (id, version) = (format!("pod-{id}"), format!("v{version}"));
                scene.tell(Report { boot: *boot, ..report(&id, &version, *sequence) });
            }
            members(&scene)
        };
        let sorted = play(&mut (0..reports.len()));
        let shuffled = play(&mut order.into_iter());
        prop_assert_eq!(sorted, shuffled);
    }
}
