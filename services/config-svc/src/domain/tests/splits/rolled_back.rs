//! S9: what was taken back from readers comes back by force alone, and for a reason.

use super::*;

/// `v2` of two documents was rolled back by `r1`.
fn rolled_back() -> (History, Seq) {
    let (mut history, v2) = split();
    history.run(end("r1", 2, false)).unwrap();
    (history, v2)
}

fn is_rolled_back() -> Refused {
    Refused::RolledBack {
        name: name("v2"),
        by: id("r1"),
    }
}

fn by_force() -> BeginSplit {
    BeginSplit {
        baseline: None,
        force: true,
    }
}

#[test]
fn it_has_a_state_of_its_own_and_names_the_rollout() {
    let (history, v2) = rolled_back();
    let entry = &history.state.changes[&v2];
    assert_eq!(entry.state, ChangeState::RolledBack);
    assert_eq!(entry.rolled_back_by, Some(id("r1")));
    let ended = history.state.ended.get("r1").unwrap();
    assert_eq!(
        (ended.by.as_str(), ended.why.as_str()),
        ("anonymous", "enough")
    );
}

#[test]
fn it_is_neither_released_nor_split_nor_written_again_unopposed() {
    let (mut history, v2) = rolled_back();
    let again = Command::Write(write(
        Some("v2"),
        vec![
            document("a.yml", Some("a: 2")),
            document("b.yml", Some("b: 2")),
        ],
    ));
    for command in [release("v2"), force("v2"), set("r2", v2, "10", 1), again] {
        assert_eq!(refuses(&mut history, command), is_rolled_back());
    }
    assert_eq!(plan(&history, "v2"), Err(is_rolled_back()));
}

#[test]
fn a_forced_release_says_why_in_the_log_and_washes_it_off() {
    let (mut history, v2) = rolled_back();
    history.run(force_for("v2", "it was the database")).unwrap();
    let body = &history.records.last().unwrap().body;
    assert!(matches!(body, Body::Release { reason, .. } if reason == "it was the database"));
    let entry = &history.state.changes[&v2];
    assert_eq!(
        (entry.state, &entry.rolled_back_by),
        (ChangeState::Released, &None)
    );
    history.run(release("v1")).unwrap();
    history.run(release("v2")).unwrap();
}

#[test]
fn a_forced_rollout_may_complete_or_roll_it_back_again() {
    let (mut history, v2) = rolled_back();
    history.run(begin("r2", v2, "10", 1, by_force())).unwrap();
    history.run(end("r2", 2, false)).unwrap();
    assert_eq!(history.state.changes[&v2].rolled_back_by, Some(id("r2")));
    history.run(begin("r3", v2, "10", 1, by_force())).unwrap();
    history.run(end("r3", 2, true)).unwrap();
    let entry = &history.state.changes[&v2];
    assert_eq!(
        (entry.state, &entry.rolled_back_by),
        (ChangeState::Released, &None)
    );
}

#[test]
fn giving_it_up_and_staging_it_again_does_not_wash_it_off() {
    let (mut history, v2) = rolled_back();
    history.run(Command::Discard(selector("v2"))).unwrap();
    assert_eq!(history.state.changes[&v2].state, ChangeState::Discarded);
    let documents = [("a.yml", Some("a: 2")), ("b.yml", Some("b: 2"))];
    history.run(stage_all("v2", &documents)).unwrap();
    assert_eq!(history.state.changes[&v2].state, ChangeState::RolledBack);
    assert_eq!(refuses(&mut history, release("v2")), is_rolled_back());
}

#[test]
fn what_lost_its_place_to_another_release_or_never_began_was_not_rolled_back() {
    let (mut history, v2) = split();
    history.run(stage("h1", "a.yml", "a: hotfix")).unwrap();
    history.run(force("h1")).unwrap();
    assert_eq!(history.state.changes[&v2].state, ChangeState::Staged);
    let (mut history, v2) = two_documents();
    history.run(end("r1", 1, false)).unwrap();
    assert_eq!(history.state.changes[&v2].state, ChangeState::Staged);
}

/// A change set of its own is judged on its own, also with the same content.
#[test]
fn the_same_content_under_another_name_is_another_version() {
    let (mut history, _) = rolled_back();
    history.run(put("v3", "a.yml", "a: 2")).unwrap();
}
