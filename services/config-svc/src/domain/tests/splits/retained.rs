//! What is kept of splits, and for how long.

use super::*;
use crate::domain::split::ended::MAX_ENDED;

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
