//! Ownership against what its rules say word by word.

use std::sync::Arc;

use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

const PATTERNS: &[&str] = &[
    "**",
    "a/**",
    "a/default",
    "a/b",
    "a-b/**",
    "a-b/default",
    "a-b/c",
    "a-b-c/**",
    "b/c",
    "x/**",
];
const PATHS: &[&str] = &[
    "a.yml",
    "a-b.yml",
    "a-b-c.yml",
    "a-b-c-d.yml",
    "ab.yml",
    "b.yml",
    "b-c.json",
    "x-y.yml",
    "a.txt",
    "a-b/c.yml",
    "sub/a.yml",
];
const CLUSTERS: &[&str] = &["eu", "us", "ap"];

/// Which name of a pattern a path is in, with its length and whether it is the whole stem.
fn matched(pattern: &str, at: &str) -> Option<(usize, bool)> {
    let (stem, extension) = at.rsplit_once('.').unwrap();
    let is_document = extension != "txt" && !at.contains('/');
    match pattern.split_once('/') {
        None => Some((0, false)),
        Some(_) if !is_document => None,
        Some((app, "**")) => {
            let is_in = stem == app || stem.starts_with(&format!("{app}-"));
            is_in.then_some((app.len(), false))
        }
        Some((app, "default")) => (stem == app).then_some((app.len(), true)),
        Some((app, profile)) => {
            let whole = format!("{app}-{profile}");
            (stem == whole).then_some((whole.len(), true))
        }
    }
}

fn owned(pattern: &str, counter: u64, owner: &str) -> Ownership {
    let pattern = pattern.parse().unwrap();
    Ownership {
        place: Place::of(&pattern).unwrap(),
        pattern,
        epoch: Epoch {
            counter,
            cluster: cluster(owner),
        },
        fence: None,
        by: String::new(),
        since: at(0),
        forced: false,
    }
}

fn ownerships() -> impl Strategy<Value = Vec<Ownership>> {
    let one = (select(PATTERNS), 1u64..6, select(CLUSTERS));
    vec(one, 0..12).prop_map(|some| {
        let some = some
            .into_iter()
            .map(|(pattern, counter, owner)| owned(pattern, counter, owner));
        some.chain([owned("**", 1, "eu")]).collect()
    })
}

fn table(owned: &[Ownership]) -> Table {
    let mut table = Table::default();
    for owned in owned {
        table.note(Arc::new(owned.clone()));
    }
    table
}

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<&'static str>),
    Stage(&'static str),
    Release(usize),
    Give(&'static str, &'static str),
    Become(&'static str),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => vec(select(&PATHS[..8]), 1..3).prop_map(Step::Put),
        2 => select(&PATHS[..8]).prop_map(Step::Stage),
        2 => (0usize..40).prop_map(Step::Release),
        2 => (select(PATTERNS), select(CLUSTERS)).prop_map(|(p, c)| Step::Give(p, c)),
        2 => select(CLUSTERS).prop_map(Step::Become),
    ]
}

fn command(step: Step, index: usize) -> Option<Command> {
    let version = format!("v{index}");
    Some(match step {
        Step::Put(mut paths) => {
            paths.dedup();
            let documents = paths.iter().map(|at| document(at, Some(&version)));
            Command::Write(write(Some(&version), documents.collect()))
        }
        Step::Stage(at) => stage(&version, at, &version),
        Step::Release(index) => release(&format!("v{index}")),
        Step::Give(pattern, to) => give(pattern, to),
        Step::Become(_) => return None,
    })
}

proptest! {
    /// P1
    #[test]
    fn the_longest_pattern_counts(owned in ownerships(), at in select(PATHS)) {
        let table = table(&owned);
        let owner = table.owner_of(&path(at)).unwrap();
        let matching = table.iter().filter_map(|owned| {
            let matched = matched(&owned.pattern.to_string(), at)?;
            Some((matched, &owned.epoch))
        });
        let (_, epoch) = matching.max_by_key(|(matched, _)| *matched).unwrap();
        prop_assert_eq!((owner.cluster, owner.epoch), (&epoch.cluster, epoch.counter));
        let in_it = table.iter().filter(|owned| owned.place.has(&path(at)));
        prop_assert_eq!(&in_it.last().unwrap().epoch, epoch, "the order is that in which they count");
    }

    /// P3
    #[test]
    fn the_order_of_ownerships_does_not_count(
        (owned, shuffled) in ownerships().prop_flat_map(|owned| {
            (Just(owned.clone()), Just(owned).prop_shuffle())
        }),
    ) {
        let (one, other) = (table(&owned), table(&shuffled));
        let epochs = |table: &Table| -> Vec<_> {
            table.iter().map(|owned| (owned.place.clone(), owned.epoch.clone())).collect()
        };
        prop_assert_eq!(epochs(&one), epochs(&other));
    }

    /// P2 and P3, with clusters that take turns on one log
    #[test]
    fn a_cluster_changes_only_what_it_owns(steps in vec(step(), 1..40)) {
        let mut history = eu();
        for (index, step) in steps.into_iter().enumerate() {
            if let Step::Become(other) = step {
                history.own = cluster(other);
                continue;
            }
            let before = history.state.clone();
            let Some(command) = command(step, index) else {
                continue;
            };
            if history.run(command).is_err() {
                prop_assert_eq!(&history.state, &before);
                continue;
            }
            for (label, state) in &history.state.labels {
                for (at, document) in &state.documents {
                    let was = before.labels.get(label).and_then(|was| was.documents.get(at));
                    let owner = before.owner_of(label, at);
                    let is_own = owner.is_none_or(|owner| *owner.cluster == history.own);
                    prop_assert!(was == Some(document) || is_own, "{} moved {}", history.own, at);
                }
            }
            for owned in before.ownership.iter() {
                let now = history.state.ownership.get(&owned.place).unwrap();
                prop_assert!(now.epoch >= owned.epoch);
            }
        }
    }
}
