//! What a record and a version say of releases.

use super::*;

fn of<'a>(history: &'a History, path: &str, version: &str) -> &'a Version {
    let document = history.state.document(Label::MAIN, path).unwrap();
    document.named(version).unwrap()
}

/// The documents that a record moved: path, the version before, the one since.
fn moved(record: &Record) -> Vec<(&str, Option<&str>, &str)> {
    let listed = record.moves.listed.iter();
    listed
        .map(|moved| {
            let from = moved.from.as_ref().map(|(_, name)| name.as_str());
            (moved.path.as_str(), from, moved.to.as_str())
        })
        .collect()
}

#[test]
fn a_record_says_what_it_moved() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(stage("v2", "a.yml", "a: 2")).unwrap();
    history.run(release("v2")).unwrap();
    history.run(release("v1")).unwrap();
    let all: Vec<_> = history.records.iter().map(moved).collect();
    assert_eq!(
        all,
        [
            vec![("a.yml", None, "v1")],
            vec![],
            vec![("a.yml", Some("v1"), "v2")],
            vec![("a.yml", Some("v2"), "v1")],
        ]
    );
}

#[test]
fn a_record_lists_a_hundred_documents_and_counts_all() {
    let mut history = History::default();
    let documents = (0..130).map(|n| document(&format!("a{n:03}.yml"), Some("a: 1")));
    let change = write(Some("v1"), documents.collect());
    history.run(Command::Write(change)).unwrap();
    let moves = &history.records[0].moves;
    assert_eq!((moves.listed.len(), moves.count), (100, 130));
}

#[test]
fn a_version_says_when_it_became_stable_and_what_it_replaced() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(stage("v2", "a.yml", "a: 2")).unwrap();
    assert_eq!(of(&history, "a.yml", "v2").release, None);
    let Command::Release(mut command) = release("v2") else {
        unreachable!("it is a release");
    };
    command.author = "ada".to_owned();
    history.run(Command::Release(command)).unwrap();
    let released = of(&history, "a.yml", "v2").release.as_deref().unwrap();
    assert_eq!(released.at, at(3));
    assert_eq!((&*released.by, &*released.author), ("anonymous", "ada"));
    assert_eq!(released.replaced, Some(Seq(1)));
    let first = of(&history, "a.yml", "v1").release.as_deref().unwrap();
    assert_eq!((first.at, first.replaced), (at(1), None));
}

#[test]
fn what_was_replaced_lately_is_kept_however_old_it_is() {
    let day = 24 * 3600;
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.now = 40 * day;
    history.run(put("v2", "a.yml", "a: 2")).unwrap();
    let kept = retain(&history.state, at(41 * day));
    let document = kept.document(Label::MAIN, "a.yml").unwrap();
    assert!(document.named("v1").is_some());
    let later = retain(&history.state, at(71 * day));
    let document = later.document(Label::MAIN, "a.yml").unwrap();
    assert!(document.named("v1").is_none());
}
