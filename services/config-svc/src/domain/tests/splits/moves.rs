//! Which moves count.

use super::*;

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
fn who_says_nothing_is_on_stable_until_the_share_is_everyone() {
    let (mut history, v2) = split();
    let nobody = Subject::default();
    let arm = |history: &History| history.state.splits[&id("r1")].arm(&nobody);
    assert_eq!(arm(&history), Arm::Stable);
    history.run(set("r1", v2, "99.99", 2)).unwrap();
    assert_eq!(arm(&history), Arm::Stable);
    history.run(set("r1", v2, "100", 3)).unwrap();
    assert_eq!(arm(&history), Arm::Canary);
}
