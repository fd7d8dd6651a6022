//! What a view was served, against a note of all that was.

use std::sync::Arc;

use proptest::prelude::*;

use super::{
    splits::{end, set},
    *,
};

const APP: &str = "orders";

fn view() -> ViewKey {
    ViewKey {
        apps: vec![APP.parse().unwrap()],
        profiles: vec!["prod".parse().unwrap()],
        labels: vec![Label::main()],
    }
}

/// The version that these canaries are served now.
fn version(state: &State, bits: u64) -> String {
    let scope = Scope::of(state, &view()).unwrap();
    effective_version(&basis(state, &view(), &scope, &Arms::from_bits(bits)).unwrap())
}

fn splits(state: &State) -> Vec<Arc<Split>> {
    Scope::of(state, &view()).unwrap().splits().to_vec()
}

fn told(state: &State) -> Vec<Served> {
    served(state, &view(), &splits(state))
}

/// The versions of some arms, newest first.
fn ring(state: &State, to: ServedTo) -> Vec<String> {
    let told = told(state).into_iter().filter(|served| served.to == to);
    told.map(|served| served.version).collect()
}

fn stable(state: &State) -> Vec<String> {
    ring(state, ServedTo::Arms(0))
}

#[test]
fn what_stable_was_served_is_told_newest_first() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    history.run(put("x1", "other.yml", "a: 1")).unwrap();
    history.run(put("v2", "orders.yml", "a: 2")).unwrap();
    history.run(release("v1")).unwrap();
    assert_eq!(stable(&history.state), ["v1", "v2", "v1"]);
    let told = told(&history.state);
    let since: Vec<u64> = told.iter().map(|served| served.since.0).collect();
    assert_eq!(since, [4, 3, 1]);
    assert_eq!(told[1].at, Some(at(3)));
}

#[test]
fn a_version_goes_by_the_name_of_the_applications_own_document_too() {
    let mut history = History::default();
    history.run(put("s1", "application.yml", "b: 1")).unwrap();
    history.run(put("v1", "orders-prod.yml", "a: 1")).unwrap();
    let told = told(&history.state);
    let names: Vec<&str> = told[0].names.iter().map(|(_, name)| &**name).collect();
    assert_eq!(names, [&told[0].version, "v1"]);
    assert!(told[0].version.starts_with("v1+"), "{}", told[0].version);
    assert_eq!(told[1].version, "s1");
}

#[test]
fn a_canary_has_a_history_of_its_own_which_becomes_stables_with_the_release() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    let v2 = history.run(stage("v2", "orders.yml", "a: 2")).unwrap();
    history.run(set("r1", v2.change, "10", 1)).unwrap();
    history.run(set("r1", v2.change, "20", 2)).unwrap();
    assert_eq!(ring(&history.state, ServedTo::Arms(1)), ["v2", "v1"]);
    assert_eq!(stable(&history.state), ["v1"]);
    history.run(end("r1", 3, true)).unwrap();
    assert_eq!(stable(&history.state), ["v2", "v1"]);
    assert!(ring(&history.state, ServedTo::Gone).is_empty());
}

#[test]
fn a_canary_that_was_rolled_back_is_known_but_of_no_arm() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    let v2 = history.run(stage("v2", "orders.yml", "a: 2")).unwrap();
    history.run(set("r1", v2.change, "10", 1)).unwrap();
    history.run(end("r1", 2, false)).unwrap();
    assert_eq!(stable(&history.state), ["v1"]);
    assert_eq!(ring(&history.state, ServedTo::Gone), ["v2"]);
}

#[test]
fn overrides_make_versions_of_their_own() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    let target = OverrideTarget {
        label: Label::main(),
        of: AppProfile {
            app: APP.parse().unwrap(),
            profile: Profile::default_profile(),
        },
    };
    let set = Command::SetOverride(SetOverride {
        target: target.clone(),
        values: r#"{"a":2}"#.parse().unwrap(),
        reason: "the incident".to_owned(),
        author: String::new(),
        expires: Expires::After(std::time::Duration::from_secs(60)),
    });
    history.run(set).unwrap();
    let overridden = version(&history.state, 0);
    let remove = Command::RemoveOverride(RemoveOverride {
        target,
        reason: String::new(),
        author: String::new(),
    });
    history.run(remove).unwrap();
    assert_eq!(stable(&history.state), ["v1", &*overridden, "v1"]);
    // a change of another document in between shows what was served with it
    assert_ne!(overridden, "v1");
}

#[test]
fn a_document_goes_and_comes_back() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    history.run(put("p1", "orders-prod.yml", "b: 1")).unwrap();
    let both = version(&history.state, 0);
    let gone = vec![document("orders-prod.yml", None)];
    history
        .run(Command::Write(write(Some("p2"), gone)))
        .unwrap();
    assert_eq!(stable(&history.state), ["v1", &*both, "v1"]);
}

#[test]
fn the_last_sixteen_are_told() {
    let mut history = History::default();
    for n in 0..100 {
        history
            .run(put(&format!("v{n}"), "orders.yml", &n.to_string()))
            .unwrap();
    }
    let told = stable(&history.state);
    assert_eq!(told.len(), 16);
    assert_eq!((&*told[0], &*told[15]), ("v99", "v84"));
}

#[derive(Debug, Clone)]
enum Step {
    Put(usize, u8),
    Stage(usize, u8),
    Begin(u8),
    End(u8, bool),
    Restart,
}

const PATHS: [&str; 4] = [
    "application.yml",
    "orders.yml",
    "orders-prod.yml",
    "other.yml",
];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..PATHS.len(), 0..6_u8).prop_map(|(path, text)| Step::Put(path, text)),
        4 => (0..PATHS.len(), 0..6_u8).prop_map(|(path, text)| Step::Stage(path, text)),
        3 => (0..3_u8).prop_map(Step::Begin),
        2 => (0..3_u8, any::<bool>()).prop_map(|(split, release)| Step::End(split, release)),
        1 => Just(Step::Restart),
    ]
}

/// What each set of canaries was served, by the ids of the splits, oldest first.
#[derive(Default)]
struct Noted {
    served: Vec<(Vec<SplitId>, String)>,
    stable: Vec<String>,
}

impl Noted {
    fn note(&mut self, state: &State) {
        let splits = splits(state);
        for bits in 0..1_u64 << splits.len().min(3) {
            let ids = splits.iter().enumerate();
            let ids = ids.filter(|(index, _)| bits >> index & 1 == 1);
            let ids: Vec<SplitId> = ids.map(|(_, split)| split.id.clone()).collect();
            self.served.push((ids, version(state, bits)));
        }
        let now = version(state, 0);
        if self.stable.last() != Some(&now) {
            self.stable.push(now);
        }
    }
}

fn run(steps: Vec<Step>) {
    let mut history = History::default();
    let mut noted = Noted::default();
    let mut generation = 0;
    let mut newest = None;
    for (n, step) in steps.into_iter().enumerate() {
        generation += 1;
        let version_name = format!("v{n}");
        let id = |split: u8| format!("r{split}-{}", generation / 8);
        let done = match step {
            Step::Put(path, text) => {
                history.run(put(&version_name, PATHS[path], &text.to_string()))
            }
            Step::Stage(path, text) => {
                let staged = history.run(stage(&version_name, PATHS[path], &text.to_string()));
                newest = staged.as_ref().ok().map(|staged| staged.change).or(newest);
                staged
            }
            Step::Begin(split) => match newest {
                Some(change) => history.run(set(&id(split), change, "10", generation)),
                None => continue,
            },
            Step::End(split, release) => history.run(end(&id(split), generation, release)),
            // the past is part of the state, which is the fold of the log
            Step::Restart => {
                let again = history
                    .records
                    .iter()
                    .try_fold(State::default(), |state, record| fold(&state, record));
                assert_eq!(again.unwrap(), history.state);
                continue;
            }
        };
        if done.is_ok() {
            noted.note(&history.state);
        }
    }
    check(&history.state, &noted);
}

fn check(state: &State, noted: &Noted) {
    let told = told(state);
    // what stable was served, without gaps
    let mut expected: Vec<&String> = noted
        .stable
        .iter()
        .rev()
        .filter(|v| !v.is_empty())
        .collect();
    expected.dedup();
    expected.truncate(16);
    let found = stable(state);
    let found: Vec<&String> = found.iter().collect();
    assert_eq!(found, expected);
    // nothing that was not served is told
    for served in &told {
        let was = noted
            .served
            .iter()
            .any(|(_, version)| *version == served.version);
        assert!(was, "{served:?}");
    }
    // each arm is served now what its history says, and what it began with is in it
    let splits = splits(state);
    if splits.len() > 3 {
        return;
    }
    for bits in 0..1_u32 << splits.len() {
        let now = version(state, bits.into());
        let of_arms = ring(state, ServedTo::Arms(bits));
        if !now.is_empty() {
            assert_eq!(of_arms.first(), Some(&now), "{told:?}");
        }
    }
    // whoever was served something lately finds it by its name
    for (_, version) in noted.served.iter().rev().take(16) {
        let is_known = told.iter().any(|served| served.version == *version);
        assert!(version.is_empty() || is_known, "{version} of {told:?}");
    }
}

proptest! {
    #[test]
    fn what_was_served_is_told_and_nothing_else(steps in prop::collection::vec(step(), 1..40)) {
        run(steps);
    }
}
