//! What a split holds, and what nothing else may do to it.

use super::*;

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
fn nothing_comes_to_stand_beside_what_a_canary_gets() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let moved = [("a.yml", None), ("a.json", Some("{}"))];
    let staged = history.run(stage_all("v2", &moved)).unwrap();
    history.run(set("r1", staged.change, "10", 1)).unwrap();
    let refused = refuses(&mut history, put("v3", "a.properties", "a=1"));
    assert!(matches!(refused, Refused::Ambiguous { .. }));
}
