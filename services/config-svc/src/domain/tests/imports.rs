//! What a source's commits change, and when they wait.

use super::super::{
    Detachment, Import, Imported, ReadRefused, SourceName, ViewKey, check_imported, check_view,
};
use super::*;

fn file(at: &str, text: &str) -> SourceFile {
    SourceFile {
        path: path(at),
        content: content(text),
    }
}

fn broken(at: &str) -> SourceFile {
    let mut file = file(at, "a: [");
    if let Content::Present { defect, .. } = &mut file.content {
        *defect = Some(Defect {
            line: 1,
            column: 4,
            message: "unfinished".into(),
        });
    }
    file
}

fn import(history: &mut History, commit: &str, documents: Vec<DocumentWrite>) -> Outcome {
    history
        .run(Command::Import(Import {
            source: "git".parse().unwrap(),
            label: Label::main(),
            commit: name(commit),
            message: String::new(),
            author: String::new(),
            documents,
            release: ReleaseBy::Import,
            compared_at: None,
        }))
        .unwrap()
}

fn planned(history: &History, files: Vec<SourceFile>, compared: Compared) -> Vec<DocumentWrite> {
    match plan_import(history.state.labels.get("main"), files, compared, false) {
        ImportPlan::Import(documents) => documents,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_label_that_a_source_feeds_refuses_other_writes_with_its_name() {
    let mut history = History::default();
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    let refused = history.run(put("v1", "b.yml", "b: 1")).unwrap_err();
    assert!(refused.to_string().contains("git"), "{refused}");
}

#[test]
fn what_a_whole_tree_lacks_is_deleted_and_what_is_the_same_stays() {
    let mut history = History::default();
    let files = ["a.yml", "b.yml", "c.yml", "d.yml"].map(|at| file(at, "x: 1"));
    let documents = planned(&history, files.to_vec(), Compared::Whole);
    import(&mut history, "c1", documents);
    let next = vec![
        file("a.yml", "x: 1"),
        file("b.yml", "x: 2"),
        file("c.yml", "x: 1"),
    ];
    let documents = planned(&history, next, Compared::Whole);
    let paths: Vec<_> = documents.iter().map(|d| d.path.as_str()).collect();
    assert_eq!(paths, ["d.yml", "b.yml"]);
    import(&mut history, "c2", documents);
    assert_eq!(history.served("d.yml"), None);
}

#[test]
fn a_commit_that_removes_more_than_half_waits_until_it_is_approved() {
    let mut history = History::default();
    let files = ["a.yml", "b.yml", "c.yml"].map(|at| file(at, "x: 1"));
    import(
        &mut history,
        "c1",
        planned(&History::default(), files.to_vec(), Compared::Whole),
    );
    let label = history.state.labels.get("main");
    let left = vec![file("a.yml", "x: 1")];
    let waits = plan_import(label, left.clone(), Compared::Whole, false);
    assert_eq!(waits, ImportPlan::Shrinks { removed: 2, of: 3 });
    assert!(matches!(
        plan_import(label, left, Compared::Whole, true),
        ImportPlan::Import(_)
    ));
}

#[test]
fn invalid_files_are_skipped_at_first_and_refused_later() {
    let mut history = History::default();
    let first = planned(
        &history,
        vec![broken("bad.yml"), file("a.yml", "x: 1")],
        Compared::Whole,
    );
    assert_eq!(first.len(), 2);
    import(&mut history, "c1", first);
    let label = history.state.labels.get("main");
    let later = plan_import(label, vec![broken("a.yml")], Compared::Touched, false);
    assert!(matches!(later, ImportPlan::Invalid { .. }), "{later:?}");
    // what was invalid may stay so
    let mut still = broken("bad.yml");
    if let Content::Present { content, .. } = &mut still.content {
        content.sha256 = Sha256::of(b"a: {");
    }
    assert!(matches!(
        plan_import(label, vec![still], Compared::Touched, false),
        ImportPlan::Import(_)
    ));
}

#[test]
fn going_back_to_a_commit_moves_its_versions_instead_of_doubling_them() {
    let mut history = History::default();
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    import(&mut history, "c2", vec![document("a.yml", Some("a: 2"))]);
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    let document = history.state.document("main", "a.yml").unwrap();
    let names: Vec<_> = document.versions.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(names, ["c2", "c1"]);
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    let feed = history.state.labels["main"].feed.as_ref().unwrap();
    assert_eq!(feed.served.as_ref().unwrap().as_str(), "c1");
}

#[test]
fn a_label_is_taken_away_by_its_own_source_alone() {
    let mut history = History::default();
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    let removal = |source: &str| {
        Command::RemoveLabel(Removal {
            label: Label::main(),
            source: source.parse().unwrap(),
        })
    };
    assert!(history.run(removal("other")).is_err());
    history.run(removal("git")).unwrap();
    // main is always there
    assert!(history.state.labels["main"].documents.is_empty());
    assert!(history.state.changes.is_empty());
}

#[test]
fn a_label_that_its_source_lets_go_keeps_its_documents_and_takes_writes() {
    let mut history = History::default();
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    let detachment = |source: &str| {
        Command::DetachLabel(Detachment {
            label: Label::main(),
            source: source.parse().unwrap(),
        })
    };
    assert!(history.run(detachment("other")).is_err());
    let generation = history.state.labels["main"].generation;
    assert!(history.run(detachment("git")).unwrap().moved);
    let label = &history.state.labels["main"];
    assert_eq!(label.feed, None);
    assert!(label.generation > generation, "its version is another");
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    let head = history.state.head;
    assert!(!history.run(detachment("git")).unwrap().moved);
    assert_eq!(history.state.head, head, "a repeat writes nothing");
    history.run(put("v1", "a.yml", "a: 2")).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 2")));
    assert!(history.run(release("c1")).unwrap().moved, "it can go back");
    import(&mut history, "c2", vec![document("a.yml", Some("a: 3"))]);
    assert_eq!(history.state.labels["main"].detached, None);
}

#[test]
fn a_first_import_does_not_take_documents_over_unasked() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: mine")).unwrap();
    let label = history.state.labels.get("main");
    let files = vec![file("a.yml", "a: theirs"), file("b.yml", "b: 1")];
    let waits = plan_import(label, files.clone(), Compared::Whole, false);
    assert_eq!(waits, ImportPlan::TakesOver { documents: 1 });
    assert!(matches!(
        plan_import(label, files, Compared::Whole, true),
        ImportPlan::Import(_)
    ));
}

#[test]
fn nothing_is_written_to_main_beside_a_sources_master() {
    let mut history = History::default();
    history
        .run(Command::Import(Import {
            source: "git".parse().unwrap(),
            label: "master".parse().unwrap(),
            commit: name("c1"),
            message: String::new(),
            author: String::new(),
            documents: vec![document("a.yml", Some("a: 1"))],
            release: ReleaseBy::Import,
            compared_at: None,
        }))
        .unwrap();
    let refused = history.run(put("v1", "b.yml", "b: 1"));
    assert!(
        matches!(refused, Err(Refused::FedBySource { .. })),
        "{refused:?}"
    );
    // a change set of master is found where main is named
    assert!(history.run(release("c1")).is_ok());
}

fn source() -> SourceName {
    SourceName::trusted("git")
}

fn imported(unread: &[&str]) -> Command {
    Command::NoteImported(Imported {
        source: source(),
        unread: unread.iter().map(|label| Label::trusted(label)).collect(),
    })
}

fn check(history: &History, label: &str) -> Result<(), ReadRefused> {
    check_imported(&history.state, &Label::trusted(label), [&source()])
}

#[test]
fn a_label_is_not_missing_until_its_source_was_imported_whole() {
    let mut history = History::default();
    let not_yet = |checked| matches!(checked, Err(ReadRefused::SourceNotImported { .. }));
    assert!(not_yet(check(&history, "main")));
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    assert_eq!(check(&history, "main"), Ok(()), "it is fed");
    assert!(not_yet(check(&history, "other")));
    history.run(imported(&["bad"])).unwrap();
    assert_eq!(check(&history, "other"), Ok(()));
    let bad = check(&history, "bad");
    assert!(matches!(bad, Err(ReadRefused::LabelUnread { .. })));
    history.run(imported(&[])).unwrap();
    assert_eq!(check(&history, "bad"), Ok(()));
    let records = history.records.len();
    history.run(imported(&[])).unwrap();
    assert_eq!(history.records.len(), records, "it is known");
}

#[test]
fn a_source_that_was_detached_and_comes_back_begins_anew() {
    let mut history = History::default();
    import(&mut history, "c1", vec![document("a.yml", Some("a: 1"))]);
    history.run(imported(&[])).unwrap();
    let label = Label::main();
    let source = source();
    history
        .run(Command::DetachLabel(Detachment { label, source }))
        .unwrap();
    assert_eq!(check(&history, "main"), Ok(()), "it has documents");
    assert!(check(&history, "other").is_err());
}

#[test]
fn a_label_that_serves_what_was_written_through_the_api_waits_for_no_source() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    assert_eq!(check(&history, "main"), Ok(()));
}

#[test]
fn an_unused_main_is_missing_only_where_there_are_sources() {
    let checked = |history: &History, labels: &[&str], sources: &[SourceName]| {
        let key = ViewKey {
            apps: vec!["orders".parse().unwrap()],
            profiles: vec!["default".parse().unwrap()],
            labels: labels.iter().map(|label| Label::trusted(label)).collect(),
        };
        check_view(&history.state, &key, sources)
    };
    let fed = [source()];
    let mut history = History::default();
    assert_eq!(checked(&history, &["main"], &[]), Ok(()));
    let not_yet = checked(&history, &["main"], &fed);
    assert!(matches!(
        not_yet,
        Err(ReadRefused::SourceNotImported { .. })
    ));
    history.run(imported(&["bad"])).unwrap();
    let missing = Err(ReadRefused::LabelNotFound(Label::main()));
    assert_eq!(checked(&history, &["main"], &fed), missing);
    assert_eq!(checked(&history, &["other", "main"], &fed), missing);
    assert_eq!(checked(&history, &["other"], &fed), Ok(()));
    let bad = checked(&history, &["other", "bad"], &fed);
    assert!(matches!(bad, Err(ReadRefused::LabelUnread { .. })));
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    assert_eq!(checked(&history, &["main"], &fed), Ok(()));
}
