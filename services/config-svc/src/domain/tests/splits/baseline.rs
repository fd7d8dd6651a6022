//! S8: a split begins only while what is stable is what it was planned on.

use super::*;

fn planned(history: &History, version: &str) -> BeginSplit {
    BeginSplit {
        baseline: Some(plan(history, version).unwrap().baseline),
        force: false,
    }
}

#[test]
fn what_became_stable_since_is_not_taken_back_unasked() {
    let (mut history, v2) = two_documents();
    let before = planned(&history, "v2");
    history.run(put("h1", "b.yml", "b: hotfix")).unwrap();
    let refused = refuses(&mut history, begin("r1", v2, "10", 1, before.clone()));
    let moved = Refused::BaselineMoved {
        path: path("b.yml"),
        now: Some(name("h1")),
    };
    assert_eq!(refused, moved);
    assert!(refused.to_string().contains("b.yml is h1 now"), "{refused}");
    // planned again it begins, and so does the old plan once v1 is stable again
    let after = planned(&history, "v2");
    history.run(release("v1")).unwrap();
    assert!(matches!(
        refuses(&mut history, begin("r1", v2, "10", 1, after)),
        Refused::BaselineMoved { .. }
    ));
    history.run(begin("r1", v2, "10", 1, before)).unwrap();
}

#[test]
fn what_was_released_or_given_up_since_does_not_begin() {
    let (mut history, v2) = two_documents();
    let before = planned(&history, "v2");
    history.run(Command::Discard(selector("v2"))).unwrap();
    assert!(matches!(
        refuses(&mut history, begin("r1", v2, "10", 1, before.clone())),
        Refused::ChangeDiscarded { .. }
    ));
    let (mut history, v2) = two_documents();
    history.run(release("v2")).unwrap();
    assert!(matches!(
        refuses(&mut history, begin("r1", v2, "10", 1, before)),
        Refused::BaselineMoved { now: Some(now), .. } if now == name("v2")
    ));
}

#[test]
fn a_document_that_came_or_went_since_counts_as_moved() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let v2 = [("a.yml", Some("a: 2")), ("new.yml", Some("n: 2"))];
    let staged = history.run(stage_all("v2", &v2)).unwrap().change;
    let before = planned(&history, "v2");
    history.run(put("h1", "new.yml", "n: 1")).unwrap();
    assert!(matches!(
        refuses(&mut history, begin("r1", staged, "10", 1, before)),
        Refused::BaselineMoved { path: moved, .. } if moved == path("new.yml")
    ));
}

#[test]
fn a_split_that_has_begun_is_not_compared_again() {
    let (mut history, v2) = two_documents();
    let before = planned(&history, "v2");
    history.run(begin("r1", v2, "10", 1, before)).unwrap();
    let stale = BeginSplit {
        baseline: Some(Baseline(vec![None, None])),
        force: false,
    };
    history.run(begin("r1", v2, "20", 2, stale)).unwrap();
}

#[test]
fn a_baseline_of_other_documents_is_refused() {
    let (mut history, v2) = two_documents();
    let short = BeginSplit {
        baseline: Some(Baseline(vec![None])),
        force: false,
    };
    let misfits = Refused::BaselineMisfits {
        given: 1,
        documents: 2,
    };
    assert_eq!(
        refuses(&mut history, begin("r1", v2, "10", 1, short)),
        misfits
    );
}

#[test]
fn asking_whether_it_may_begin_begins_nothing() {
    let (history, v2) = two_documents();
    let Command::SetSplit(asked) = begin("r1", v2, "10", 1, planned(&history, "v2")) else {
        unreachable!("it is what was made");
    };
    assert_eq!(check_set_split(&history.state, asked, at(0)), Ok(()));
    assert!(history.state.splits.is_empty());
}
