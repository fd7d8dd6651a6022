//! What is kept, and what is let go.

use vortex_names::MAX_ANSWERS;

use super::*;

const DAY: i64 = 24 * 3600;

#[test]
fn fifty_versions_are_kept_and_the_stable_one_always() {
    let mut history = History::default();
    history.run(put("first", "a.yml", "a: first")).unwrap();
    for index in 0..100 {
        history
            .run(stage(&format!("v{index}"), "a.yml", &format!("a: {index}")))
            .unwrap();
    }
    let document = history.state.document("main", "a.yml").unwrap();
    // C4, C6
    assert_eq!(document.versions.len(), MAX_VERSIONS);
    assert_eq!(document.versions[0].name.as_str(), "first");
    assert_eq!(document.versions[1].name.as_str(), "v51");
    // change sets go with the last of their versions
    assert_eq!(history.state.changes.len(), MAX_VERSIONS);
    assert!(
        history
            .state
            .newest_change(&Label::main(), &name("v0"))
            .is_none()
    );
}

#[test]
fn after_thirty_days_only_what_is_served_is_left() {
    let mut history = History::default();
    for index in 0..5 {
        history
            .run(put(&format!("v{index}"), "a.yml", &format!("a: {index}")))
            .unwrap();
    }
    history.run(put("w", "gone.yml", "b: 1")).unwrap();
    history
        .run(Command::Write(write(
            None,
            vec![document("gone.yml", None)],
        )))
        .unwrap();
    let young = retain(&history.state, at(29 * DAY));
    assert_eq!(young, history.state);
    let old = retain(&history.state, at(31 * DAY));
    let document = old.document("main", "a.yml").unwrap();
    let kept: Vec<_> = document.versions.iter().map(|v| v.name.as_str()).collect();
    assert_eq!(kept, ["v4"]);
    assert!(old.document("main", "gone.yml").is_none());
    assert_eq!(old.changes.len(), 1);
    assert_eq!(old.contents().count(), 1);
}

/// C1: what is let go of is in the log, and when it is looked for is not.
#[test]
fn what_is_let_go_of_is_a_record_and_only_where_there_is_any() {
    let mut history = History::default();
    for index in 0..3 {
        history
            .run(put(&format!("v{index}"), "a.yml", &format!("a: {index}")))
            .unwrap();
    }
    let head = history.state.head;
    history.now = 29 * DAY;
    assert_eq!(history.run(Command::Retain).unwrap().at, head);
    assert_eq!(history.state.head, head, "nothing is old yet");
    history.now = 31 * DAY;
    let old = history.state.clone();
    let now = at(history.now + 1);
    assert_eq!(history.run(Command::Retain).unwrap().at, head.next());
    let left = retain(&old, now);
    assert_eq!(history.state.labels, left.labels);
    assert_eq!(history.state.changes, left.changes);
    assert_eq!(history.state.changes.len(), 1);
    // again: nothing is left to let go of
    history.run(Command::Retain).unwrap();
    assert_eq!(history.state.head, head.next());
    let folded = history
        .records
        .iter()
        .fold(State::default(), |state, record| {
            fold(&state, record).unwrap()
        });
    assert_eq!(folded, history.state);
}

#[test]
fn a_state_that_let_go_still_takes_the_records_that_follow() {
    let mut history = History::default();
    for index in 0..3 {
        history
            .run(put(&format!("v{index}"), "a.yml", &format!("a: {index}")))
            .unwrap();
    }
    history.now = 31 * DAY;
    history.state = retain(&history.state, at(history.now));
    assert!(matches!(
        history.run(release("v0")),
        Err(Refused::ChangeNotFound { .. })
    ));
    history.run(put("v0", "a.yml", "a: other")).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: other")));
}

#[test]
fn answers_are_kept_a_day_and_not_without_end() {
    let mut requests = Requests::default();
    let outcome = History::default().run(put("v", "a.yml", "a")).unwrap();
    let answered = |seconds| Answered {
        body: Sha256::of(b""),
        at: at(seconds),
        outcome: outcome.clone(),
    };
    for index in 0..=MAX_ANSWERS {
        let id = format!("r{index}").parse().unwrap();
        requests.insert("p", &id, answered(0));
    }
    assert_eq!(requests.iter().count(), MAX_ANSWERS);
    assert!(requests.get("p", &"r0".parse().unwrap()).is_none());
    requests.insert("p", &"late".parse().unwrap(), answered(2 * DAY));
    assert_eq!(requests.iter().count(), 1);
}
