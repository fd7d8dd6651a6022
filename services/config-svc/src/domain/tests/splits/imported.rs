//! Splits of what a source imports.

use super::*;
use crate::domain::Import;

fn import(commit: &str, text: &str, release: ReleaseBy) -> Command {
    Command::Import(Import {
        source: "git".parse().unwrap(),
        label: Label::main(),
        commit: name(commit),
        message: String::new(),
        author: String::new(),
        documents: vec![document("a.yml", Some(text))],
        release,
        compared_at: None,
    })
}

#[test]
fn a_label_that_goes_removes_its_splits() {
    let mut history = History::default();
    history
        .run(import("c1", "a: 1", ReleaseBy::Import))
        .unwrap();
    let c2 = history
        .run(import("c2", "a: 2", ReleaseBy::Operator))
        .unwrap()
        .change;
    history.run(set("r1", c2, "10", 1)).unwrap();
    // S5: a source's commits wait as well
    assert!(matches!(
        refuses(&mut history, import("c3", "a: 3", ReleaseBy::Import)),
        Refused::RolloutConflict { .. }
    ));
    assert!(matches!(
        refuses(&mut history, import("c2", "a: 2", ReleaseBy::Operator)),
        Refused::RolloutConflict { .. }
    ));
    history
        .run(import("c3", "a: 3", ReleaseBy::Operator))
        .unwrap();
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

/// A revert is not what a source holds: going on to the same content is a change.
#[test]
fn a_commit_is_compared_with_the_last_commit_and_not_with_a_revert() {
    let mut history = History::default();
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
