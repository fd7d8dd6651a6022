//! Undoing what made something stable.

use proptest::prelude::*;

use super::*;

fn undo(version: &str) -> Command {
    Command::Undo(Undo {
        target: UndoTarget::Change(selector(version)),
        change: None,
        reason: "it was wrong".to_owned(),
        author: "ada".to_owned(),
    })
}

fn write_all(version: &str, documents: &[(&str, Option<&str>)]) -> Command {
    let documents = documents.iter().map(|(at, text)| document(at, *text));
    Command::Write(write(Some(version), documents.collect()))
}

fn is(text: &str) -> Option<Sha256> {
    Some(Sha256::of(text.as_bytes()))
}

#[test]
fn one_earlier_change_set_is_released_again_and_back() {
    let mut history = History::default();
    let v1 = history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let v2 = history.run(put("v2", "a.yml", "a: 2")).unwrap();
    let undone = history.run(undo("v2")).unwrap();
    assert_eq!((undone.change, undone.created), (v1.change, false));
    assert_eq!(history.served("a.yml"), is("a: 1"));
    // U2
    let redone = history.run(undo("v1")).unwrap();
    assert_eq!((redone.change, redone.created), (v2.change, false));
    assert_eq!(history.served("a.yml"), is("a: 2"));
}

#[test]
fn contents_of_several_earlier_change_sets_are_a_new_one() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(put("w1", "b.yml", "b: 1")).unwrap();
    let both = [
        ("a.yml", Some("a: 2")),
        ("b.yml", Some("b: 2")),
        ("c.yml", Some("c: 2")),
    ];
    history.run(write_all("both", &both)).unwrap();
    let undone = history.run(undo("both")).unwrap();
    assert!(undone.created);
    assert!(undone.name.as_str().starts_with("undo-both-"));
    // U1: what nothing was stable of is deleted
    let served = ["a.yml", "b.yml", "c.yml"].map(|path| history.served(path));
    assert_eq!(served, [is("a: 1"), is("b: 1"), None]);
    let redone = history.run(undo(undone.name.as_str())).unwrap();
    assert_eq!(redone.name.as_str(), "both");
    assert_eq!(history.served("c.yml"), is("c: 2"));
}

#[test]
fn only_what_is_still_stable_goes_back() {
    let mut history = History::default();
    history
        .run(write_all(
            "v1",
            &[("a.yml", Some("a: 1")), ("b.yml", Some("b: 1"))],
        ))
        .unwrap();
    history
        .run(write_all(
            "v2",
            &[("a.yml", Some("a: 2")), ("b.yml", Some("b: 2"))],
        ))
        .unwrap();
    history.run(put("v3", "b.yml", "b: 3")).unwrap();
    history.run(undo("v2")).unwrap();
    assert_eq!(history.served("a.yml"), is("a: 1"));
    assert_eq!(history.served("b.yml"), is("b: 3"));
}

#[test]
fn a_deletion_is_taken_back() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(write_all("gone", &[("a.yml", None)])).unwrap();
    history.run(undo("gone")).unwrap();
    assert_eq!(history.served("a.yml"), is("a: 1"));
}

#[test]
fn what_was_replaced_is_kept_whatever_is_staged_later() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(put("v2", "a.yml", "a: 2")).unwrap();
    for number in 0..2 * MAX_VERSIONS {
        let staged = stage(&format!("s{number}"), "a.yml", &format!("s: {number}"));
        history.run(staged).unwrap();
    }
    history.run(undo("v2")).unwrap();
    assert_eq!(history.served("a.yml"), is("a: 1"));
}

fn import(commit: &str, documents: &[(&str, &str)], release: ReleaseBy) -> Command {
    let documents = documents.iter().map(|(at, text)| document(at, Some(text)));
    Command::Import(Import {
        source: "git".parse().unwrap(),
        label: Label::main(),
        commit: name(commit),
        message: String::new(),
        author: String::new(),
        documents: documents.collect(),
        release,
        compared_at: None,
    })
}

fn served_commit(history: &History) -> Option<String> {
    let feed = history.state.labels.get("main")?.feed.as_ref()?;
    feed.served.as_ref().map(ToString::to_string)
}

#[test]
fn a_label_of_a_source_serves_what_was_undone_no_longer() {
    let mut history = History::default();
    let both = [("a.yml", "a: 1"), ("b.yml", "b: 1")];
    history.run(import("c1", &both, ReleaseBy::Import)).unwrap();
    let one = [("a.yml", "a: 2")];
    history.run(import("c2", &one, ReleaseBy::Import)).unwrap();
    assert_eq!(served_commit(&history), Some("c2".to_owned()));
    let undone = history.run(undo("c2")).unwrap();
    assert_eq!(history.served("a.yml"), is("a: 1"));
    assert_eq!(served_commit(&history), Some(undone.name.to_string()));
}

#[test]
fn a_branch_that_went_back_can_still_be_undone() {
    let mut history = History::default();
    let at = |text| [("a.yml", text)];
    let operator = ReleaseBy::Operator;
    history.run(import("c1", &at("a: 1"), operator)).unwrap();
    history.run(release("c1")).unwrap();
    history.run(import("c2", &at("a: 2"), operator)).unwrap();
    history.run(release("c2")).unwrap();
    // the branch is reset: the version of c1 is written again, at a new position
    history.run(import("c1", &at("a: 1"), operator)).unwrap();
    history.run(undo("c2")).unwrap();
    assert_eq!(history.served("a.yml"), is("a: 1"));
}

#[test]
fn there_is_nothing_to_undo_of_what_replaced_nothing_or_is_not_stable() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(stage("v2", "a.yml", "a: 2")).unwrap();
    for version in ["v1", "v2"] {
        let refused = history.run(undo(version)).unwrap_err();
        assert!(
            matches!(refused, Refused::NothingToUndo { .. }),
            "{refused:?}"
        );
    }
}

#[test]
fn another_change_set_than_was_looked_at_is_left_alone() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let seen = history.run(put("v2", "a.yml", "a: 2")).unwrap();
    history.run(put("v3", "a.yml", "a: 3")).unwrap();
    let Command::Undo(mut command) = undo("v3") else {
        unreachable!("it is an undo");
    };
    command.change = Some(seen.change);
    let refused = history.run(Command::Undo(command)).unwrap_err();
    assert!(
        matches!(refused, Refused::UndoesOther { .. }),
        "{refused:?}"
    );
}

proptest! {
    /// U1 and U2: whatever was written before, an undo brings back exactly what was served before
    /// the change set, and an undo of that what was served with it.
    #[test]
    fn an_undo_brings_back_what_was_served(
        writes in prop::collection::vec(
            prop::collection::btree_map(0..4_usize, prop::option::of(0..3_u8), 1..4),
            2..8,
        ),
    ) {
        let paths = ["a.yml", "b.yml", "c.yml", "d.yml"];
        let served = |history: &History| paths.map(|path| history.served(path));
        let mut history = History::default();
        let mut last = None;
        for (n, documents) in writes.iter().enumerate() {
            let documents = documents.iter().filter_map(|(index, text)| {
                let path = paths[*index];
                let known = history.state.document(Label::MAIN, path).is_some();
                let text = text.map(|text| format!("{path}: {text}"));
                (known || text.is_some()).then(|| document(path, text.as_deref()))
            });
            let documents: Vec<_> = documents.collect();
            if documents.is_empty() {
                continue;
            }
            let before = served(&history);
            let name = format!("w{n}");
            history.run(Command::Write(write(Some(&name), documents))).unwrap();
            last = Some((name, before, served(&history)));
        }
        let Some((name, before, after)) = last else { return Ok(()) };
        match history.run(undo(&name)) {
            Ok(undone) => {
                prop_assert_eq!(served(&history), before);
                history.run(undo(undone.name.as_str())).unwrap();
                prop_assert_eq!(served(&history), after);
            }
            Err(refused) => {
                let nothing = matches!(refused, Refused::NothingToUndo { .. });
                prop_assert!(nothing, "{:?}", refused);
                prop_assert!(before.iter().zip(&after).all(|(b, a)| b.is_none() || b == a));
            }
        }
    }
}
