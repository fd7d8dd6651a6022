//! Overrides: who gets them, in which order, and how they end.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;

use super::{
    freezes::{freeze, of_all},
    splits::set as split,
    *,
};

const DAY: u64 = 24 * 60 * 60;

fn target(app: &str, profile: &str) -> OverrideTarget {
    OverrideTarget {
        label: Label::main(),
        of: AppProfile {
            app: app.parse().unwrap(),
            profile: profile.parse().unwrap(),
        },
    }
}

fn set(app: &str, profile: &str, values: &str, seconds: u64) -> Command {
    Command::SetOverride(SetOverride {
        target: target(app, profile),
        values: values.parse().unwrap(),
        reason: "the incident".to_owned(),
        author: "ada".to_owned(),
        expires: Expires::After(Duration::from_secs(seconds)),
    })
}

fn remove(app: &str, profile: &str) -> Command {
    Command::RemoveOverride(RemoveOverride {
        target: target(app, profile),
        reason: String::new(),
        author: String::new(),
    })
}

fn view(apps: &[&str], profiles: &[&str]) -> ViewKey {
    ViewKey {
        apps: apps.iter().map(|app| app.parse().unwrap()).collect(),
        profiles: profiles.iter().map(|p| p.parse().unwrap()).collect(),
        labels: vec![Label::main()],
    }
}

fn taken(state: &State, key: &ViewKey, subject: &Subject<'_>) -> Basis {
    let scope = Scope::of(state, key).unwrap();
    basis(state, key, &scope, &scope.arms(subject)).unwrap()
}

/// The paths of the overrides that readers who say nothing of themselves get.
fn paths(state: &State, key: &ViewKey) -> Vec<String> {
    let basis = taken(state, key, &Subject::default());
    basis.overrides.iter().map(|set| set.path()).collect()
}

#[test]
fn the_applications_own_and_the_last_profiles_are_highest() {
    let mut history = History::default();
    for app in ["application", "o", "p", "other"] {
        for profile in ["default", "dev", "prod", "test"] {
            history.run(set(app, profile, r#"{"a":1}"#, 60)).unwrap();
        }
    }
    let both = paths(&history.state, &view(&["p", "o"], &["dev", "prod"]));
    let expected: Vec<String> = ["o", "p", "application"]
        .iter()
        .flat_map(|app| ["prod", "dev", "default"].map(|of| format!("overrides/{app}-{of}")))
        .collect();
    assert_eq!(both, expected);
    let shared = paths(&history.state, &view(&["application"], &["default"]));
    assert_eq!(shared, ["overrides/application-default"]);
}

#[test]
fn an_application_that_is_named_like_another_with_a_profile_has_its_own() {
    let mut history = History::default();
    history
        .run(set("o-prod", "default", r#"{"a":1}"#, 60))
        .unwrap();
    assert!(paths(&history.state, &view(&["o"], &["prod"])).is_empty());
    assert_eq!(paths(&history.state, &view(&["o-prod"], &["x"])).len(), 1);
}

#[test]
fn a_new_one_takes_the_place_of_the_old_one_and_both_count_in_the_version() {
    let mut history = History::default();
    let key = view(&["o"], &["default"]);
    let version =
        |history: &History| effective_version(&taken(&history.state, &key, &Subject::default()));
    let bare = history.run(set("o", "default", r#"{"a":1}"#, 60)).unwrap();
    assert!(bare.moved);
    assert!(version(&history).starts_with("overrides+"));
    history.run(put("v1", "o.yml", "a: 1")).unwrap();
    let first = version(&history);
    assert!(first.starts_with("v1+"), "{first}");
    history.run(set("o", "default", r#"{"a":2}"#, 60)).unwrap();
    assert_eq!(history.state.overrides.len(), 1);
    assert_ne!(version(&history), first);
    // what is the same is of the same version, whenever it was set
    history
        .run(set("o", "default", r#"{ "a" : 1 }"#, 9))
        .unwrap();
    assert_eq!(version(&history), first);
    history.run(remove("o", "default")).unwrap();
    assert_eq!(version(&history), "v1");
    let gone = history.run(remove("o", "default"));
    assert_eq!(gone, Err(Refused::OverrideNotFound(target("o", "default"))));
}

#[test]
fn the_version_of_a_sources_commit_tells_of_an_override() {
    let mut history = History::default();
    let import = super::super::Import {
        source: "git".parse().unwrap(),
        label: "master".parse().unwrap(),
        commit: name("c1"),
        message: String::new(),
        author: String::new(),
        documents: vec![document("o.yml", Some("a: 1"))],
        release: ReleaseBy::Import,
        compared_at: None,
    };
    history.run(Command::Import(import)).unwrap();
    let key = view(&["o"], &["default"]);
    let commits = |history: &History| taken(&history.state, &key, &Subject::default()).commits();
    assert_eq!(commits(&history).unwrap(), "c1");
    // of `main`, by which readers mean the source's `master`
    history.run(set("o", "default", r#"{"a":1}"#, 60)).unwrap();
    let commit = commits(&history).unwrap();
    assert!(commit.starts_with("c1+"), "{commit}");
    history.run(remove("o", "default")).unwrap();
    assert_eq!(commits(&history).unwrap(), "c1");
}

#[test]
fn neither_a_freeze_nor_a_split_refuses_it_and_both_arms_get_it() {
    let mut history = History::default();
    history.run(put("v1", "o.yml", "a: 1")).unwrap();
    let v2 = history.run(stage("v2", "o.yml", "a: 2")).unwrap().change;
    history.run(split("r1", v2, "50", 1)).unwrap();
    history.run(freeze(of_all(), Until::Ended)).unwrap();
    history.run(set("o", "default", r#"{"a":3}"#, 60)).unwrap();
    let key = view(&["o"], &["default"]);
    let mut arms = BTreeMap::new();
    for n in 0..50 {
        let instance = format!("pod-{n}");
        let subject = Subject {
            instance: Some(&instance),
            key: None,
        };
        let basis = taken(&history.state, &key, &subject);
        assert_eq!(basis.overrides.len(), 1);
        arms.insert(basis.entries[0].version.to_string(), ());
    }
    assert_eq!(arms.len(), 2);
    history.run(remove("o", "default")).unwrap();
}

#[test]
fn it_ends_within_30_days_and_not_in_the_past() {
    let mut history = History::default();
    let mut at_time = |expires| {
        let Command::SetOverride(mut command) = set("o", "default", r#"{"a":1}"#, 1) else {
            unreachable!()
        };
        command.expires = expires;
        history.run(Command::SetOverride(command))
    };
    let after = |seconds| Expires::After(Duration::from_secs(seconds));
    assert!(at_time(after(30 * DAY)).is_ok());
    for expires in [
        after(30 * DAY + 1),
        after(u64::MAX),
        Expires::At(at(31 * 86_400)),
    ] {
        let refused = at_time(expires);
        assert!(
            matches!(refused, Err(Refused::OverrideTooLong { .. })),
            "{refused:?}"
        );
    }
    for expires in [after(0), Expires::At(at(0))] {
        let refused = at_time(expires);
        assert!(
            matches!(refused, Err(Refused::OverrideIsOver { .. })),
            "{refused:?}"
        );
    }
}

#[test]
fn there_are_so_many_at_most() {
    let mut history = History::default();
    let Command::SetOverride(command) = set("o", "default", r#"{"a":1}"#, 60) else {
        unreachable!()
    };
    history.run(Command::SetOverride(command)).unwrap();
    let one = history.state.overrides.values().next().unwrap().clone();
    for n in 1..MAX_OVERRIDES {
        let mut other = Override::clone(&one);
        other.target.of.app = App::trusted(&format!("a{n}"));
        history.state.restore_override(std::sync::Arc::new(other));
    }
    let refused = history.run(set("p", "default", r#"{"a":1}"#, 60));
    assert_eq!(refused, Err(Refused::TooManyOverrides));
    history.run(set("o", "default", r#"{"a":2}"#, 60)).unwrap();
    // all are over: each record ends so many of them, until there is none
    history.now += 100;
    let mut left = MAX_OVERRIDES;
    while left > 0 {
        history.run(Command::ExpireOverrides).unwrap();
        left -= MAX_ENDED_AT_ONCE;
        assert_eq!(history.state.overrides.len(), left);
    }
    let head = history.state.head;
    history.run(Command::ExpireOverrides).unwrap();
    assert_eq!(history.state.head, head);
}

#[test]
fn an_unknown_label_is_refused() {
    let mut history = History::default();
    let Command::SetOverride(mut command) = set("o", "default", r#"{"a":1}"#, 60) else {
        unreachable!()
    };
    command.target.label = "nowhere".parse().unwrap();
    let refused = history.run(Command::SetOverride(command));
    assert!(
        matches!(refused, Err(Refused::LabelNotFound(_))),
        "{refused:?}"
    );
}

#[test]
fn values_are_scalars_by_flat_keys_and_not_too_many() {
    let values = |text: &str| text.parse::<OverrideValues>();
    let ordered = values(r#"{"b[0]":"x","a.b":1.50,"c":true}"#).unwrap();
    assert_eq!(ordered.as_json(), r#"{"a.b":1.50,"b[0]":"x","c":true}"#);
    let file = ordered.file().unwrap();
    let tree = file.documents[0].tree.to_string();
    assert_eq!(tree, r#"{"a":{"b":1.50},"b":["x"],"c":true}"#);
    let place = file.documents[0].properties[0].origin;
    assert_eq!((place.line, place.column), (0, 0));
    for (text, expected) in [
        ("", InvalidValues::NotAnObject),
        ("[1]", InvalidValues::NotAnObject),
        ("{", InvalidValues::NotAnObject),
        ("{}", InvalidValues::Empty),
        (r#"{" ":1}"#, InvalidValues::BlankKey),
        (r#"{"a":null}"#, InvalidValues::NotAScalar("a".to_owned())),
        (r#"{"a":[1]}"#, InvalidValues::NotAScalar("a".to_owned())),
        (
            r#"{"a":{"b":1}}"#,
            InvalidValues::NotAScalar("a".to_owned()),
        ),
    ] {
        assert_eq!(values(text), Err(expected), "{text}");
    }
    let twice = values(r#"{"a":1,"a":2}"#);
    assert!(
        matches!(twice, Err(InvalidValues::Unreadable(_))),
        "{twice:?}"
    );
    let many = |count: usize| -> String {
        let pairs: Vec<String> = (0..count).map(|n| format!("\"k{n}\":1")).collect();
        format!("{{{}}}", pairs.join(","))
    };
    assert!(values(&many(100)).is_ok());
    assert_eq!(values(&many(101)), Err(InvalidValues::TooMany(101)));
    let long = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - 8));
    assert!(values(&long(16_384)).is_ok());
    assert_eq!(values(&long(16_385)), Err(InvalidValues::TooLong(16_385)));
}

const APPS: [&str; 3] = ["o", "p", "application"];
const PROFILES: [&str; 2] = ["default", "dev"];

#[derive(Debug, Clone)]
enum Step {
    Set(usize, usize, u8),
    Remove(usize, usize),
    Expire,
    Wait(u8),
    Write,
}

fn step() -> impl Strategy<Value = Step> {
    let of = || (0..APPS.len(), 0..PROFILES.len());
    prop_oneof![
        4 => (of(), 1..20_u8).prop_map(|((app, profile), lasts)| Step::Set(app, profile, lasts)),
        2 => of().prop_map(|(app, profile)| Step::Remove(app, profile)),
        2 => Just(Step::Expire),
        2 => (1..8_u8).prop_map(Step::Wait),
        1 => Just(Step::Write),
    ]
}

proptest! {
    /// O1 and O2, against a map from targets to when they end.
    #[test]
    fn readers_get_what_was_set_and_has_not_ended(steps in prop::collection::vec(step(), 1..60)) {
        let mut history = History::default();
        let mut model: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for (number, step) in steps.into_iter().enumerate() {
            // of the next command
            let now = history.now + 1;
            match step {
                Step::Set(app, profile, lasts) => {
                    let (app, profile) = (APPS[app], PROFILES[profile]);
                    let values = format!(r#"{{"n":{number}}}"#);
                    history.run(set(app, profile, &values, lasts.into())).unwrap();
                    model.insert((app, profile), now + i64::from(lasts));
                }
                Step::Remove(app, profile) => {
                    let (app, profile) = (APPS[app], PROFILES[profile]);
                    let removed = history.run(remove(app, profile));
                    prop_assert_eq!(removed.is_ok(), model.remove(&(app, profile)).is_some());
                }
                Step::Expire => {
                    history.run(Command::ExpireOverrides).unwrap();
                    model.retain(|_, until| *until > now);
                }
                Step::Wait(seconds) => history.now += i64::from(seconds),
                Step::Write => {
                    let text = format!("n: {number}");
                    history.run(put(&format!("v{number}"), "o.yml", &text)).unwrap();
                }
            }
            let next = model.values().min().map(|until| at(*until));
            prop_assert_eq!(history.state.next_expiry(), next);
            let expected: Vec<String> = ["o", "application"]
                .iter()
                .flat_map(|app| ["dev", "default"].map(|profile| (*app, profile)))
                .filter(|of| model.contains_key(of))
                .map(|(app, profile)| format!("overrides/{app}-{profile}"))
                .collect();
            prop_assert_eq!(paths(&history.state, &view(&["o"], &["dev"])), expected);
        }
        let folded = history.records.iter().fold(State::default(), |state, record| {
            fold(&state, record).unwrap()
        });
        prop_assert_eq!(folded, history.state);
    }

    /// Whoever keeps a view is told of each override that comes, changes or goes.
    #[test]
    fn a_kept_view_is_old_after_each_change(app in 0..APPS.len(), profile in 0..PROFILES.len()) {
        let mut history = History::default();
        let key = view(&[APPS[app]], &[PROFILES[profile]]);
        let (app, profile) = (APPS[app], PROFILES[profile]);
        let commands = [
            set(app, profile, r#"{"n":1}"#, 5),
            set(app, profile, r#"{"n":2}"#, 50),
            remove(app, profile),
            set(app, profile, r#"{"n":3}"#, 1),
            Command::ExpireOverrides,
        ];
        for command in commands {
            let scope = Scope::of(&history.state, &key).unwrap();
            history.now += 1;
            history.run(command).unwrap();
            prop_assert!(!scope.is_current(&history.state, &key));
        }
    }
}
