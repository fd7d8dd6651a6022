//! How a split ends.

use super::*;

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

/// S5: force means that everybody gets this version now.
#[test]
fn a_forced_release_of_what_is_stable_ends_the_split_that_holds_it() {
    let (mut history, v2) = split();
    let unmoved = history.run(release("v1")).unwrap();
    assert!(!unmoved.moved, "nobody forced it");
    let forced = history.run(force_for("v1", "it is broken")).unwrap();
    assert!(forced.moved);
    assert!(history.state.splits.is_empty());
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    let ended = history.state.ended.get("r1").unwrap();
    assert_eq!(ended.ending(), Ending::Detached);
    assert_eq!(ended.why, "v1 was released by force: it is broken");
    assert_eq!(history.state.changes[&v2].state, ChangeState::Staged);
    let again = history.run(force("v1")).unwrap();
    assert!(!again.moved, "there is nothing left to end");
}

#[test]
fn a_forced_release_of_what_is_stable_ends_also_a_split_that_renames_it() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let moved = [("a.yml", None), ("a.json", Some("{}"))];
    let staged = history.run(stage_all("v2", &moved)).unwrap();
    history.run(set("r1", staged.change, "10", 1)).unwrap();
    history.run(force("v1")).unwrap();
    assert!(history.state.splits.is_empty());
}

#[test]
fn a_forced_release_of_a_splits_own_change_set_is_its_release() {
    let (mut history, v2) = split();
    history.run(force("v2")).unwrap();
    assert_eq!(history.state.changes[&v2].state, ChangeState::Released);
    let ended = history.state.ended.get("r1").unwrap();
    assert_eq!(ended.ending(), Ending::Released);
    let reverted = history.run(Command::StageRevert(id("r1"))).unwrap();
    let change = &history.state.changes[&reverted.change].change;
    let contents: Vec<_> = change.documents.iter().map(|d| d.content.clone()).collect();
    assert_eq!(contents, [content("a: 1"), content("b: 1")]);
}
