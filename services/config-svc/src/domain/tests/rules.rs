//! The rules, one by one.

use super::*;

#[test]
fn two_applications_may_each_have_a_v1() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    history.run(put("v1", "billing.yml", "a: 2")).unwrap();
    assert_eq!(history.state.head, Seq(2));
}

#[test]
fn a_set_takes_its_name_in_all_its_documents_or_is_refused() {
    let mut history = History::default();
    history.run(put("v1", "orders.yml", "a: 1")).unwrap();
    let both = vec![
        document("orders.yml", Some("a: 1")),
        document("b.yml", Some("b: 1")),
    ];
    let refused = history.run(Command::Write(write(Some("v1"), both)));
    assert!(
        matches!(refused, Err(Refused::VersionExists { .. })),
        "{refused:?}"
    );
    assert_eq!(history.served("b.yml"), None);
}

#[test]
fn the_same_content_again_is_the_same_change_set() {
    let mut history = History::default();
    let first = history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let again = history.run(put("v1", "a.yml", "a: 1")).unwrap();
    assert_eq!((first.change, again.created), (again.change, false));
    assert_eq!(history.state.head, Seq(1));
}

#[test]
fn without_a_name_going_back_to_a_content_releases_it_again() {
    let mut history = History::default();
    for text in ["a: 1", "a: 2", "a: 1"] {
        let change = write(None, vec![document("a.yml", Some(text))]);
        history.run(Command::Write(change)).unwrap();
    }
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    let versions = &history.state.document("main", "a.yml").unwrap().versions;
    assert_eq!(versions.len(), 2);
}

#[test]
fn a_staged_change_is_not_served_until_it_is_released() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    history.run(stage("v2", "a.yml", "a: 2")).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    history.run(release("v2")).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 2")));
}

#[test]
fn what_is_stale_by_its_precondition_changes_nothing() {
    let mut history = History::default();
    let conditional = |precondition, text| {
        let mut change = write(None, vec![document("a.yml", Some(text))]);
        change.precondition = Some(precondition);
        Command::Write(change)
    };
    let absent = history.run(conditional(Precondition::Exists, "a: 0"));
    assert!(matches!(absent, Err(Refused::PreconditionFailed { .. })));
    history
        .run(conditional(Precondition::Missing, "a: 1"))
        .unwrap();
    let stale = history.run(conditional(
        Precondition::Digest(Sha256::of(b"a: 0")),
        "a: 2",
    ));
    assert!(matches!(stale, Err(Refused::PreconditionFailed { .. })));
    history
        .run(conditional(
            Precondition::Digest(Sha256::of(b"a: 1")),
            "a: 2",
        ))
        .unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 2")));
}

#[test]
fn one_stem_has_one_owner_and_one_extension() {
    let mut history = History::default();
    let owned = |app: &str, profile: &str, at: &str| {
        let mut change = document(at, Some("a: 1"));
        change.written_for = Some(AppProfile {
            app: app.parse().unwrap(),
            profile: profile.parse().unwrap(),
        });
        Command::Write(write(None, vec![change]))
    };
    history
        .run(owned("order-service", "prod", "order-service-prod.yml"))
        .unwrap();
    let other_owner = history.run(owned("order", "service-prod", "order-service-prod.yml"));
    assert!(matches!(other_owner, Err(Refused::Ambiguous { .. })));
    let other_extension = history.run(put("x", "order-service-prod.json", "{}"));
    assert!(matches!(other_extension, Err(Refused::Ambiguous { .. })));
    let gone = document("order-service-prod.yml", None);
    history
        .run(Command::Write(write(None, vec![gone])))
        .unwrap();
    history
        .run(put("x", "order-service-prod.json", "{}"))
        .unwrap();
}

#[test]
fn a_request_id_is_not_used_for_another_request() {
    let mut history = History::default();
    let key = |body: &[u8]| {
        Some(RequestKey {
            id: "once".parse().unwrap(),
            body: Sha256::of(body),
        })
    };
    let first = history
        .run_as(key(b"1"), put("v1", "a.yml", "a: 1"))
        .unwrap();
    history.run(put("v2", "a.yml", "a: 2")).unwrap();
    // repeated late, it neither writes nor takes v2 back
    let again = history
        .run_as(key(b"1"), put("v1", "a.yml", "a: 1"))
        .unwrap();
    assert_eq!(first, again);
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 2")));
    let other = history.run_as(key(b"2"), put("v3", "a.yml", "a: 3"));
    assert!(matches!(other, Err(Refused::RequestIdReused(_))));
    history.now += 25 * 3600;
    assert!(
        history
            .run_as(key(b"2"), put("v3", "a.yml", "a: 3"))
            .is_ok()
    );
}

#[test]
fn a_discarded_change_is_written_again_or_never_served() {
    let mut history = History::default();
    history.run(stage("v1", "a.yml", "a: 1")).unwrap();
    history.run(Command::Discard(selector("v1"))).unwrap();
    assert!(matches!(
        history.run(release("v1")),
        Err(Refused::ChangeDiscarded { .. })
    ));
    let other = history.run(put("v1", "a.yml", "a: 2"));
    assert!(matches!(other, Err(Refused::VersionExists { .. })));
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 1")));
    let released = history.run(Command::Discard(selector("v1")));
    assert!(matches!(released, Err(Refused::ChangeReleased { .. })));
}

#[test]
fn a_record_out_of_order_does_not_fold() {
    let mut history = History::default();
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let again = fold(&history.state, &history.records[0]);
    assert!(matches!(again, Err(Inconsistent::Gap { .. })));
}

#[test]
fn hybrid_time_never_goes_back() {
    let first = HybridTime::ZERO.next(at(10));
    let second = first.next(at(5));
    assert!(second > first);
    assert_eq!(second.wall, at(10));
    assert_eq!(second.next(at(11)).logical, 0);
}

#[test]
fn names_that_routes_or_file_systems_would_stumble_over_are_refused() {
    for bad in [
        "",
        "a b",
        "a/b",
        "..",
        "ä",
        "api",
        "monitor",
        &"x".repeat(129),
    ] {
        assert!(bad.parse::<App>().is_err(), "{bad}");
    }
    for good in ["a", "order-service", "A.b_c-9", &"x".repeat(128)] {
        assert!(good.parse::<App>().is_ok(), "{good}");
    }
    for bad in ["", "/a", "a//b", "a/../b", "a\\b", "a\u{0}b", "./a"] {
        assert!(bad.parse::<Path>().is_err(), "{bad}");
    }
    assert!(
        "feature/x"
            .parse::<Label>()
            .unwrap()
            .check_writable()
            .is_ok()
    );
    assert!(
        "feature/#1"
            .parse::<Label>()
            .unwrap()
            .check_writable()
            .is_err()
    );
    assert!("api/x".parse::<Label>().unwrap().check_writable().is_err());
}

#[test]
fn a_token_survives_its_text() {
    let token = Token {
        store: StoreId::from_u128(7),
        seq: Seq(42),
    };
    assert_eq!(token.to_string().parse(), Ok(token));
    for bad in ["", "1", "x:1", "00000000000000000000000000000007:x"] {
        assert!(bad.parse::<Token>().is_err(), "{bad}");
    }
}

#[test]
fn a_set_that_lost_versions_is_written_anew_and_never_released_by_half() {
    let mut history = History::default();
    let both = || {
        let documents = vec![
            document("a.yml", Some("v: one")),
            document("b.yml", Some("v: one")),
        ];
        Command::Write(write(Some("set"), documents))
    };
    history.run(both()).unwrap();
    for index in 0..60 {
        history
            .run(put(&format!("v{index}"), "b.yml", &format!("v: {index}")))
            .unwrap();
    }
    history.run(put("w", "a.yml", "v: two")).unwrap();
    assert!(matches!(
        history.run(release("set")),
        Err(Refused::ChangeNotFound { .. })
    ));
    history.run(both()).unwrap();
    let one = Some(Sha256::of(b"v: one"));
    assert_eq!(
        (history.served("a.yml"), history.served("b.yml")),
        (one, one)
    );
}

#[test]
fn a_repeated_request_that_changed_nothing_changes_nothing_later_either() {
    let mut history = History::default();
    let key = || {
        Some(RequestKey {
            id: "again".parse().unwrap(),
            body: Sha256::of(b"v1"),
        })
    };
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let first = history.run_as(key(), put("v1", "a.yml", "a: 1")).unwrap();
    assert!(!first.created && !first.moved);
    history.run(put("v2", "a.yml", "a: 2")).unwrap();
    assert_eq!(history.run_as(key(), put("v1", "a.yml", "a: 1")), Ok(first));
    assert_eq!(history.served("a.yml"), Some(Sha256::of(b"a: 2")));
}

#[test]
fn a_stem_stands_once_in_a_set_and_after_a_release() {
    let mut history = History::default();
    let twice = vec![
        document("a.yml", Some("a: 1")),
        document("a.json", Some("{}")),
    ];
    let refused = history.run(Command::Write(write(Some("v0"), twice)));
    assert!(
        matches!(refused, Err(Refused::Ambiguous { .. })),
        "{refused:?}"
    );
    history.run(put("v1", "a.yml", "a: 1")).unwrap();
    let change = vec![document("a.yml", None), document("a.json", Some("{}"))];
    history
        .run(Command::Write(write(Some("v2"), change)))
        .unwrap();
    assert!(matches!(
        history.run(release("v1")),
        Err(Refused::Ambiguous { .. })
    ));
    assert_eq!(history.served("a.yml"), None);
}

#[test]
fn what_was_discarded_keeps_no_stem() {
    let mut history = History::default();
    history.run(stage("v1", "a.yml", "a: 1")).unwrap();
    assert!(matches!(
        history.run(put("v2", "a.json", "{}")),
        Err(Refused::Ambiguous { .. })
    ));
    history.run(Command::Discard(selector("v1"))).unwrap();
    history.run(put("v2", "a.json", "{}")).unwrap();
}
