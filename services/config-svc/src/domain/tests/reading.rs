//! Which documents make a configuration.

use proptest::prelude::*;

use super::*;

fn view(apps: &[&str], profiles: &[&str]) -> ViewKey {
    ViewKey {
        apps: apps.iter().map(|app| app.parse().unwrap()).collect(),
        profiles: profiles.iter().map(|p| p.parse().unwrap()).collect(),
        labels: vec![Label::main()],
    }
}

/// What readers who say nothing of themselves get.
fn taken(history: &History, key: &ViewKey) -> Basis {
    let scope = Scope::of(&history.state, key).unwrap();
    basis(&history.state, key, &scope, &Arms::default()).unwrap()
}

fn paths(history: &History, key: &ViewKey) -> Vec<String> {
    let basis = taken(history, key);
    basis
        .entries
        .iter()
        .map(|entry| entry.path.to_string())
        .collect()
}

#[test]
fn what_is_named_for_the_last_profile_is_highest() {
    let mut history = History::default();
    for stem in [
        "application",
        "application-dev",
        "o",
        "o-dev",
        "o-prod",
        "other",
        "o-default",
    ] {
        history
            .run(put("v1", &format!("{stem}.yml"), "a: 1"))
            .unwrap();
    }
    assert_eq!(
        paths(&history, &view(&["o"], &["dev", "prod"])),
        [
            "o-prod.yml",
            "o-dev.yml",
            "application-dev.yml",
            "o.yml",
            "application.yml"
        ]
    );
    assert_eq!(
        paths(&history, &view(&["o"], &["default"])),
        ["o-default.yml", "o.yml", "application.yml"]
    );
}

#[test]
fn the_version_is_the_documents_or_the_most_specific_ones_with_a_hash() {
    let mut history = History::default();
    let key = view(&["o"], &["default"]);
    let version = |history: &History| effective_version(&taken(history, &key));
    assert_eq!(version(&history), "");
    history.run(put("v1", "o.yml", "a: 1")).unwrap();
    assert_eq!(version(&history), "v1");
    history.run(put("v7", "application.yml", "b: 1")).unwrap();
    let both = version(&history);
    assert!(
        both.starts_with("v1+") && both.len() == "v1+".len() + 8,
        "{both}"
    );
    history.run(put("v8", "application.yml", "b: 2")).unwrap();
    assert_ne!(version(&history), both);
}

#[test]
fn main_falls_back_to_a_sources_master() {
    let mut history = History::default();
    history
        .run(Command::Import(super::super::Import {
            source: "git".parse().unwrap(),
            label: "master".parse().unwrap(),
            commit: name("c1"),
            message: String::new(),
            author: String::new(),
            documents: vec![document("o.yml", Some("a: 1"))],
            release: ReleaseBy::Import,
            compared_at: None,
        }))
        .unwrap();
    assert_eq!(paths(&history, &view(&["o"], &["default"])), ["o.yml"]);
}

#[test]
fn an_unknown_label_is_said() {
    let mut key = view(&["o"], &["default"]);
    key.labels.push("nowhere".parse().unwrap());
    let refused = Scope::of(&State::default(), &key).unwrap_err();
    assert!(matches!(refused, ReadRefused::LabelNotFound(_)));
}

proptest! {
    /// The generation tells every change of what is served.
    #[test]
    fn a_basis_is_current_only_while_the_same_documents_are_served(
        writes in prop::collection::vec((0..3_usize, 0..4_u8, any::<bool>()), 1..20)
    ) {
        let mut history = History::default();
        let key = view(&["o"], &["dev"]);
        let mut scope = Scope::of(&history.state, &key).unwrap();
        let mut before = taken(&history, &key);
        for (index, text, stage_only) in writes {
            let at = ["o.yml", "o-dev.yml", "other.yml"][index];
            let mut change = write(None, vec![document(at, Some(&text.to_string()))]);
            change.stage_only = stage_only;
            history.run(Command::Write(change)).unwrap();
            let now = taken(&history, &key);
            if scope.is_current(&history.state, &key) {
                prop_assert!(before.same_parts(&now));
            }
            scope = Scope::of(&history.state, &key).unwrap();
            before = now;
        }
    }
}
