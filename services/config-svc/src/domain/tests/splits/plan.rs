//! What can be split.

use super::*;

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
    let planned = plan_split(&history.state, &target("v1", "v2"), false).unwrap();
    assert_eq!(planned.change.seq, v2);
    let refused = |from, to| plan_split(&history.state, &target(from, to), false).unwrap_err();
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
