//! Taking a released split back.

use super::*;

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

/// Nothing is there to compare with, and the way back is open all the same.
#[test]
fn a_deletion_is_taken_back() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let gone = history.run(stage_all("gone", &[("a.yml", None)])).unwrap();
    history.run(set("r1", gone.change, "10", 1)).unwrap();
    history.run(end("r1", 2, true)).unwrap();
    assert_eq!(history.served("a.yml"), None);
    let back = history.run(Command::StageRevert(id("r1"))).unwrap();
    let planned = plan(&history, back.name.as_str()).unwrap();
    assert_eq!(planned.from, [None]);
    history.run(set("r2", back.change, "10", 1)).unwrap();
    history.run(end("r2", 2, true)).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
}

/// S10: what could not be rolled out is not staged either.
#[test]
fn a_revert_that_could_not_be_split_stages_nothing() {
    let (mut history, _) = split();
    history.run(end("r1", 2, true)).unwrap();
    let v3 = [("a.yml", Some("a: 3"))];
    let staged = history.run(stage_all("v3", &v3)).unwrap();
    history.run(set("r2", staged.change, "10", 1)).unwrap();
    let refused = refuses(&mut history, Command::StageRevert(id("r1")));
    assert!(matches!(refused, Refused::RolloutConflict { by, .. } if by == id("r2")));
}

#[test]
fn a_revert_that_was_given_up_is_staged_again() {
    let (mut history, _) = split();
    history.run(end("r1", 2, true)).unwrap();
    let first = history.run(Command::StageRevert(id("r1"))).unwrap();
    history
        .run(Command::Discard(selector(first.name.as_str())))
        .unwrap();
    let again = history.run(Command::StageRevert(id("r1"))).unwrap();
    assert_eq!(again.change, first.change);
    plan(&history, first.name.as_str()).unwrap();
}

/// What stands staged since then would take back what came after it.
#[test]
fn a_revert_that_was_staged_before_something_else_became_stable_is_refused() {
    let (mut history, _) = split();
    history.run(end("r1", 2, true)).unwrap();
    history.run(Command::StageRevert(id("r1"))).unwrap();
    history.run(put("h1", "a.yml", "a: hotfix")).unwrap();
    let refused = refuses(&mut history, Command::StageRevert(id("r1")));
    assert!(matches!(refused, Refused::PreconditionFailed { .. }));
}

#[test]
fn a_revert_that_was_rolled_back_is_another_one_the_next_time() {
    let (mut history, _) = split();
    history.run(end("r1", 2, true)).unwrap();
    let first = history.run(Command::StageRevert(id("r1"))).unwrap();
    history.run(set("r2", first.change, "10", 1)).unwrap();
    history.run(end("r2", 2, false)).unwrap();
    let second = history.run(Command::StageRevert(id("r1"))).unwrap();
    assert_ne!(second.change, first.change);
    history.run(set("r3", second.change, "10", 1)).unwrap();
}
