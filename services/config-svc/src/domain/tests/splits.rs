//! Splits: who holds what, which moves count, and how they end.

use super::*;

/// What moves splits in these tests.
pub(super) fn id(id: &str) -> SplitId {
    id.parse().unwrap()
}

pub(super) fn share(percent: &str) -> Share {
    percent.parse().unwrap()
}

pub(super) fn set(split: &str, change: Seq, percent: &str, generation: u64) -> Command {
    Command::SetSplit(SetSplit {
        label: Label::main(),
        to: SplitMove {
            id: id(split),
            change,
            share: share(percent),
            unit: Unit::Instance,
            generation,
        },
    })
}

pub(super) fn end(split: &str, generation: u64, release: bool) -> Command {
    Command::EndSplit(EndSplit {
        id: id(split),
        generation,
        release,
    })
}

fn force(version: &str) -> Command {
    Command::Release(Release {
        selector: selector(version),
        precondition: None,
        force: true,
    })
}

fn stage_all(version: &str, documents: &[(&str, Option<&str>)]) -> Command {
    let documents = documents.iter().map(|(at, text)| document(at, *text));
    let mut change = write(Some(version), documents.collect());
    change.stage_only = true;
    Command::Write(change)
}

/// `v1` of two documents is stable, `v2` of them staged; answers where.
fn two_documents() -> (History, Seq) {
    let mut history = History::default();
    let v1 = vec![
        document("a.yml", Some("a: 1")),
        document("b.yml", Some("b: 1")),
    ];
    history.run(Command::Write(write(Some("v1"), v1))).unwrap();
    let v2 = [("a.yml", Some("a: 2")), ("b.yml", Some("b: 2"))];
    let staged = history.run(stage_all("v2", &v2)).unwrap();
    (history, staged.change)
}

/// As [`two_documents`], with `v2` split at 10 % as generation 1.
fn split() -> (History, Seq) {
    let (mut history, v2) = two_documents();
    history.run(set("r1", v2, "10", 1)).unwrap();
    (history, v2)
}

fn refuses(history: &mut History, command: Command) -> Refused {
    let before = history.state.clone();
    let refused = history.run(command).unwrap_err();
    assert_eq!(history.state, before, "it changed something");
    refused
}

fn holder(history: &History, path: &str) -> Option<SplitId> {
    let held = history.state.document("main", path)?.held.as_ref();
    held.map(|held| held.by.clone())
}

fn plan(history: &History, version: &str) -> Result<SplitPlan, Refused> {
    let target = SplitTarget::Change {
        label: Label::main(),
        name: name(version),
    };
    plan_split(&history.state, &target)
}

#[test]
fn a_split_holds_its_documents_until_it_ends() {
    let (mut history, v2) = split();
    assert_eq!(holder(&history, "a.yml"), Some(id("r1")));
    let again = history.run(stage("v3", "a.yml", "a: 3")).unwrap();
    // S1
    let refused = refuses(&mut history, set("r2", again.change, "10", 1));
    assert!(matches!(refused, Refused::RolloutConflict { by, .. } if by == id("r1")));
    history.run(end("r1", 2, false)).unwrap();
    assert_eq!(holder(&history, "a.yml"), None);
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    history.run(set("r2", again.change, "10", 1)).unwrap();
    // S4
    let refused = refuses(&mut history, set("r1", v2, "50", 9));
    assert!(matches!(
        refused,
        Refused::SplitEnded {
            how: Ending::Removed,
            ..
        }
    ));
}

#[test]
fn a_released_split_makes_its_whole_change_set_stable() {
    let (mut history, v2) = split();
    history.run(end("r1", 2, true)).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 2")));
    assert_eq!(history.served("b.yml"), Some(Sha256::of(b"b: 2")));
    assert_eq!(history.state.changes[&v2].state, ChangeState::Released);
    let again = history.run(end("r1", 2, true)).unwrap();
    assert_eq!((again.at, again.change), (history.state.head, v2));
    let refused = refuses(&mut history, end("r1", 3, false));
    assert!(matches!(
        refused,
        Refused::SplitEnded {
            how: Ending::Released,
            ..
        }
    ));
}

#[test]
fn a_generation_counts_once_and_in_order() {
    let (mut history, v2) = split();
    history.run(set("r1", v2, "25", 3)).unwrap();
    let head = history.state.head;
    // S3
    history.run(set("r1", v2, "25", 3)).unwrap();
    assert_eq!(history.state.head, head, "the same again wrote something");
    for outdated in [
        set("r1", v2, "25", 2),
        set("r1", v2, "50", 3),
        end("r1", 3, true),
    ] {
        let refused = refuses(&mut history, outdated);
        assert!(matches!(
            refused,
            Refused::SplitOutdated { generation: 3, .. }
        ));
    }
}

#[test]
fn a_share_never_falls_and_what_is_split_never_changes() {
    let (mut history, v2) = split();
    let other = history.run(stage("v3", "c.yml", "c: 3")).unwrap();
    // S2
    let refused = refuses(&mut history, set("r1", v2, "9.99", 2));
    assert!(matches!(refused, Refused::ShareFalls { .. }));
    let refused = refuses(&mut history, set("r1", other.change, "20", 2));
    assert!(matches!(
        refused,
        Refused::SplitIsFixed {
            field: "change_sequence",
            ..
        }
    ));
    history.run(set("r1", v2, "10", 2)).unwrap();
}

#[test]
fn a_split_that_ended_before_it_began_never_begins() {
    let (mut history, v2) = two_documents();
    let refused = refuses(&mut history, end("r1", 7, true));
    assert_eq!(refused, Refused::SplitNeverBegan(id("r1")));
    history.run(end("r1", 7, false)).unwrap();
    // S4
    for generation in [6, 8] {
        let refused = refuses(&mut history, set("r1", v2, "10", generation));
        assert!(matches!(
            refused,
            Refused::SplitEnded {
                how: Ending::Removed,
                ..
            }
        ));
    }
    let refused = refuses(&mut history, end("r1", 6, false));
    assert!(matches!(
        refused,
        Refused::SplitOutdated { generation: 7, .. }
    ));
}

#[test]
fn what_is_held_is_neither_released_nor_written_nor_discarded() {
    let (mut history, _) = split();
    history.run(stage("v3", "a.yml", "a: 3")).unwrap();
    let delete = Command::Write(write(None, vec![document("b.yml", None)]));
    let moves = [
        release("v2"),
        release("v3"),
        put("v4", "a.yml", "a: 4"),
        delete,
    ];
    // S5
    for refused in moves.into_iter().chain([Command::Discard(selector("v2"))]) {
        let refused = refuses(&mut history, refused);
        assert!(matches!(refused, Refused::RolloutConflict { by, .. } if by == id("r1")));
    }
    history.run(release("v1")).unwrap();
    history.run(Command::Discard(selector("v3"))).unwrap();
    history.run(put("v5", "other.yml", "o: 1")).unwrap();
}

#[test]
fn a_forced_release_ends_the_split_in_the_same_record() {
    let (mut history, v2) = split();
    history.run(stage("v3", "a.yml", "a: 3")).unwrap();
    history.run(force("v3")).unwrap();
    // S5
    assert!(matches!(
        &history.records.last().unwrap().body,
        Body::Release { detached, .. } if *detached == [id("r1")]
    ));
    assert_eq!(holder(&history, "b.yml"), None);
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 3")));
    assert_eq!(history.served("b.yml"), Some(Sha256::of(b"b: 1")));
    for late in [
        set("r1", v2, "50", 2),
        end("r1", 2, true),
        end("r1", 2, false),
    ] {
        let refused = refuses(&mut history, late);
        assert!(matches!(
            refused,
            Refused::SplitEnded {
                how: Ending::Detached,
                ..
            }
        ));
    }
}

#[test]
fn only_what_differs_from_something_served_is_split() {
    let (mut history, _) = two_documents();
    assert!(matches!(
        plan(&history, "v1"),
        Err(Refused::IsBaseline { .. })
    ));
    assert!(matches!(
        plan(&history, "v9"),
        Err(Refused::ChangeNotFound { .. })
    ));
    history.run(stage("new", "c.yml", "c: 1")).unwrap();
    assert!(matches!(
        plan(&history, "new"),
        Err(Refused::NoBaseline { .. })
    ));
    history.run(Command::Discard(selector("new"))).unwrap();
    assert!(matches!(
        plan(&history, "new"),
        Err(Refused::ChangeDiscarded { .. })
    ));
    let planned = plan(&history, "v2").unwrap();
    assert_eq!(planned.from, [Some(name("v1")), Some(name("v1"))]);
    // what was released before is taken back by a change set of its own
    history.run(release("v2")).unwrap();
    assert!(matches!(
        plan(&history, "v2"),
        Err(Refused::IsBaseline { .. })
    ));
    assert!(matches!(
        plan(&history, "v1"),
        Err(Refused::ChangeNotStaged { .. })
    ));
}

#[test]
fn a_deleted_document_is_no_baseline() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let gone = write(Some("gone"), vec![document("a.yml", None)]);
    history.run(Command::Write(gone)).unwrap();
    history.run(stage("v2", "a.yml", "a: 2")).unwrap();
    assert!(matches!(
        plan(&history, "v2"),
        Err(Refused::NoBaseline { .. })
    ));
}

#[test]
fn a_document_is_planned_from_the_version_that_is_stable() {
    let (history, v2) = two_documents();
    let target = |from: &str, to: &str| SplitTarget::Document {
        label: Label::main(),
        owner: AppProfile {
            app: "a".parse().unwrap(),
            profile: Profile::default_profile(),
        },
        from: name(from),
        to: name(to),
    };
    let planned = plan_split(&history.state, &target("v1", "v2")).unwrap();
    assert_eq!(planned.change.seq, v2);
    let refused = |from, to| plan_split(&history.state, &target(from, to)).unwrap_err();
    assert!(matches!(
        refused("v2", "v2"),
        Refused::PreconditionFailed { .. }
    ));
    assert!(matches!(
        refused("v1", "v7"),
        Refused::VersionNotFound { .. }
    ));
    assert!(matches!(
        refused("v7", "v2"),
        Refused::VersionNotFound { .. }
    ));
}

#[test]
fn nothing_comes_to_stand_beside_what_a_canary_gets() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let moved = [("a.yml", None), ("a.json", Some("{}"))];
    let staged = history.run(stage_all("v2", &moved)).unwrap();
    history.run(set("r1", staged.change, "10", 1)).unwrap();
    let refused = refuses(&mut history, put("v3", "a.properties", "a=1"));
    assert!(matches!(refused, Refused::Ambiguous { .. }));
}

#[test]
fn a_label_that_goes_removes_its_splits() {
    let mut history = History::default();
    let import = |commit: &str, release| {
        Command::Import(super::super::Import {
            source: "git".parse().unwrap(),
            label: Label::main(),
            commit: name(commit),
            message: String::new(),
            author: String::new(),
            documents: vec![document("a.yml", Some(commit))],
            release,
        })
    };
    history.run(import("c1", ReleaseBy::Import)).unwrap();
    let c2 = history
        .run(import("c2", ReleaseBy::Operator))
        .unwrap()
        .change;
    history.run(set("r1", c2, "10", 1)).unwrap();
    // S5: a source's commits wait as well
    assert!(matches!(
        refuses(&mut history, import("c3", ReleaseBy::Import)),
        Refused::RolloutConflict { .. }
    ));
    assert!(matches!(
        refuses(&mut history, import("c2", ReleaseBy::Operator)),
        Refused::RolloutConflict { .. }
    ));
    history.run(import("c3", ReleaseBy::Operator)).unwrap();
    let removal = Removal {
        label: Label::main(),
        source: "git".parse().unwrap(),
    };
    history.run(Command::RemoveLabel(removal)).unwrap();
    assert!(history.state.splits.is_empty());
    assert_eq!(
        history.state.ended.get("r1").unwrap().ending(),
        Ending::Removed
    );
    history.run(end("r1", 2, false)).unwrap();
}

#[test]
fn a_released_split_is_taken_back_once_and_whole() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let v2 = [("a.yml", Some("a: 2")), ("new.yml", Some("n: 2"))];
    let staged = history.run(stage_all("v2", &v2)).unwrap().change;
    history.run(set("r1", staged, "10", 1)).unwrap();
    let revert = || Command::StageRevert(id("r1"));
    assert_eq!(
        refuses(&mut history, revert()),
        Refused::SplitActive(id("r1"))
    );
    history.run(end("r1", 2, true)).unwrap();
    let reverted = history.run(revert()).unwrap();
    assert!(
        reverted.name.as_str().starts_with("revert-v2-"),
        "{}",
        reverted.name
    );
    let change = &history.state.changes[&reverted.change].change;
    let contents: Vec<_> = change.documents.iter().map(|d| d.content.clone()).collect();
    assert_eq!(contents, [content("a: 1"), Content::Absent]);
    let head = history.state.head;
    assert_eq!(history.run(revert()).unwrap().change, reverted.change);
    assert_eq!(history.state.head, head, "it was staged twice");
    // it is rolled out as any other
    history.run(set("r2", reverted.change, "50", 1)).unwrap();
    history.run(end("r2", 2, true)).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    assert_eq!(history.served("new.yml"), None);
}

#[test]
fn what_is_no_longer_stable_is_not_taken_back() {
    let (mut history, _) = split();
    assert_eq!(
        refuses(&mut history, Command::StageRevert(id("r9"))),
        Refused::SplitNotFound(id("r9"))
    );
    history.run(end("r1", 2, true)).unwrap();
    history.run(put("v3", "a.yml", "a: 3")).unwrap();
    let refused = refuses(&mut history, Command::StageRevert(id("r1")));
    assert!(matches!(refused, Refused::PreconditionFailed { .. }));
}

/// A revert is not what a source holds: going on to the same content is a change.
#[test]
fn a_commit_is_compared_with_the_last_commit_and_not_with_a_revert() {
    let mut history = History::default();
    let import = |commit: &str, text: &str, release| {
        Command::Import(super::super::Import {
            source: "git".parse().unwrap(),
            label: Label::main(),
            commit: name(commit),
            message: String::new(),
            author: String::new(),
            documents: vec![document("a.yml", Some(text))],
            release,
        })
    };
    history
        .run(import("c1", "a: 1", ReleaseBy::Import))
        .unwrap();
    let c2 = history
        .run(import("c2", "a: 2", ReleaseBy::Operator))
        .unwrap()
        .change;
    history.run(set("r1", c2, "10", 1)).unwrap();
    history.run(end("r1", 2, true)).unwrap();
    history.run(Command::StageRevert(id("r1"))).unwrap();
    let file = SourceFile {
        path: path("a.yml"),
        content: content("a: 1"),
    };
    let label = history.state.labels.get("main");
    let planned = plan_import(label, vec![file], Compared::Touched, false);
    assert!(matches!(planned, ImportPlan::Import(writes) if writes.len() == 1));
}

#[test]
fn ended_splits_are_remembered_thirty_days_and_not_without_end() {
    const DAY: i64 = 24 * 3600;
    let mut history = History::default();
    for n in 0..=MAX_ENDED {
        history.run(end(&format!("r{n}"), 1, false)).unwrap();
    }
    assert_eq!(history.state.ended.iter().count(), MAX_ENDED);
    assert!(history.state.ended.get("r0").is_none());
    let old = retain(&history.state, at(31 * DAY));
    assert_eq!(old.ended, EndedSplits::default());
}

/// S6: neither the number nor the age of versions takes away what a split needs.
#[test]
fn what_a_split_names_is_kept() {
    const DAY: i64 = 24 * 3600;
    let (mut history, v2) = split();
    for n in 0..2 * MAX_VERSIONS {
        let staged = stage(&format!("s{n}"), "a.yml", &format!("s: {n}"));
        history.run(staged).unwrap();
    }
    let document = history.state.document("main", "a.yml").unwrap();
    assert!(document.canary_version().is_some());
    // C6
    assert_eq!(document.versions.len(), MAX_VERSIONS + 1);
    history.state = retain(&history.state, at(40 * DAY));
    history.now = 40 * DAY;
    history.run(set("r1", v2, "50", 2)).unwrap();
    history.run(end("r1", 3, true)).unwrap();
    history.state = retain(&history.state, at(69 * DAY));
    history.run(Command::StageRevert(id("r1"))).unwrap();
    history.state = retain(&history.state, at(71 * DAY));
    assert!(
        history
            .state
            .document("main", "a.yml")
            .unwrap()
            .named("v1")
            .is_none()
    );
}
