//! Freezes: what they stop, what they don't, and how they end.

use super::{
    splits::{end, set},
    *,
};

pub(super) fn of_apps(apps: &[&str]) -> FreezeScope {
    FreezeScope {
        apps: Frozen::Apps(apps.iter().map(|app| app.parse().unwrap()).collect()),
        label: None,
    }
}

pub(super) fn of_all() -> FreezeScope {
    FreezeScope {
        apps: Frozen::All,
        label: None,
    }
}

pub(super) fn freeze(scope: FreezeScope, until: Until) -> Command {
    Command::SetFreeze(SetFreeze {
        scope,
        reason: "the audit".to_owned(),
        author: "ada".to_owned(),
        until,
    })
}

pub(super) fn thaw(which: Thawed) -> Command {
    Command::EndFreeze(EndFreeze {
        which,
        reason: String::new(),
        author: String::new(),
    })
}

fn frozen(history: &mut History, scope: FreezeScope) -> FreezeId {
    FreezeId(history.run(freeze(scope, Until::Ended)).unwrap().at)
}

#[track_caller]
fn assert_frozen(history: &mut History, command: Command) {
    let before = history.state.clone();
    let refused = history.run(command.clone());
    assert!(
        matches!(refused, Err(Refused::Frozen(_))),
        "{command:?}: {refused:?}"
    );
    assert_eq!(history.state, before);
}

fn forced(version: &str) -> Command {
    Command::Release(Release {
        selector: selector(version),
        precondition: None,
        force: true,
        reason: "it can't wait".to_owned(),
        author: String::new(),
        message: String::new(),
    })
}

/// `v1` is stable of orders and of billing, `v2` is staged.
fn staged() -> (History, Seq) {
    let mut history = History::default();
    for app in ["orders.yml", "billing.yml"] {
        history.run(put("v1", app, "n: 1")).unwrap();
    }
    let v2 = history.run(stage("v2", "orders.yml", "n: 2")).unwrap();
    (history, v2.change)
}

#[test]
fn nothing_new_gets_stable_also_not_by_force() {
    let (mut history, v2) = staged();
    let id = frozen(&mut history, of_apps(&["orders"]));
    assert_frozen(&mut history, release("v2"));
    assert_frozen(&mut history, forced("v2"));
    assert_frozen(&mut history, put("v3", "orders.yml", "n: 3"));
    assert_frozen(&mut history, set("r1", v2, "10", 1));
    // others go on, and so does what changes nothing for readers
    history.run(put("v3", "billing.yml", "n: 3")).unwrap();
    history.run(stage("v3", "orders.yml", "n: 3")).unwrap();
    history.run(Command::Discard(selector("v2"))).unwrap();
    history.run(thaw(Thawed::One(id))).unwrap();
    history.run(release("v3")).unwrap();
}

#[test]
fn a_canary_neither_begins_nor_grows_nor_gets_stable_but_can_be_taken_back() {
    let (mut history, v2) = staged();
    history.run(set("r1", v2, "10", 1)).unwrap();
    frozen(&mut history, of_apps(&["orders"]));
    assert_frozen(&mut history, set("r1", v2, "50", 2));
    assert_frozen(&mut history, end("r1", 2, true));
    // the same share again gives nobody more
    history.run(set("r1", v2, "10", 2)).unwrap();
    history.run(end("r1", 3, false)).unwrap();
}

#[test]
fn a_document_of_all_applications_is_frozen_with_any_of_them() {
    let (mut history, _) = staged();
    frozen(&mut history, of_apps(&["orders"]));
    for path in ["application.yml", "application-prod.yml", "orders-prod.yml"] {
        assert_frozen(&mut history, put("a1", path, "n: 1"));
    }
    history.run(put("a1", "orders2.yml", "n: 1")).unwrap();
}

#[test]
fn what_a_document_was_written_for_decides_and_not_its_name() {
    let mut history = History::default();
    let mut change = write(Some("v1"), vec![document("orders-eu.yml", Some("n: 1"))]);
    change.documents[0].written_for = Some(AppProfile {
        app: "orders-eu".parse().unwrap(),
        profile: "default".parse().unwrap(),
    });
    history.run(Command::Write(change)).unwrap();
    let id = frozen(&mut history, of_apps(&["orders"]));
    // also where the write does not say it again
    history.run(put("v2", "orders-eu.yml", "n: 2")).unwrap();
    history.run(thaw(Thawed::One(id))).unwrap();
    frozen(&mut history, of_apps(&["orders-eu"]));
    assert_frozen(&mut history, put("v3", "orders-eu.yml", "n: 3"));
}

#[test]
fn what_was_stable_before_is_released_and_written_again() {
    let (mut history, _) = staged();
    history.run(release("v2")).unwrap();
    frozen(&mut history, of_all());
    history.run(release("v1")).unwrap();
    history.run(put("v2", "orders.yml", "n: 2")).unwrap();
    assert_eq!(history.served("orders.yml"), Some(Sha256::of(b"n: 2")));
}

#[test]
fn a_commit_that_changes_no_document_is_not_held() {
    let mut history = History::default();
    frozen(&mut history, of_all());
    let import = Import {
        source: "git".parse().unwrap(),
        label: Label::main(),
        commit: name("c1"),
        message: String::new(),
        author: String::new(),
        documents: Vec::new(),
        release: ReleaseBy::Import,
        compared_at: None,
    };
    history.run(Command::Import(import)).unwrap();
}

#[test]
fn a_rollout_that_takes_another_back_goes_all_the_way() {
    let (mut history, v2) = staged();
    history.run(set("r1", v2, "10", 1)).unwrap();
    history.run(end("r1", 2, true)).unwrap();
    frozen(&mut history, of_all());
    let id = super::splits::id("r1");
    let revert = history.run(Command::StageRevert(id)).unwrap().change;
    history.run(set("r2", revert, "10", 1)).unwrap();
    history.run(set("r2", revert, "100", 2)).unwrap();
    history.run(end("r2", 3, true)).unwrap();
    assert_eq!(history.served("orders.yml"), Some(Sha256::of(b"n: 1")));
}

#[test]
fn a_freeze_ends_by_itself_whether_that_is_in_the_log_or_not() {
    let (mut history, _) = staged();
    let until = at(history.now + 4);
    history.run(freeze(of_all(), Until::At(until))).unwrap();
    assert_frozen(&mut history, release("v2"));
    history.now += 4;
    history.run(release("v2")).unwrap();
    assert_eq!(history.state.freezes.len(), 1);
    let ended = history.run(Command::ExpireFreezes).unwrap();
    assert!(history.state.freezes.is_empty());
    let again = history.run(Command::ExpireFreezes).unwrap();
    assert_eq!(again.at, ended.at, "nothing was left to end");
}

#[test]
fn how_long_a_freeze_lasts_counts_from_when_it_is_set() {
    let mut history = History::default();
    let lasts = std::time::Duration::from_secs(60);
    history.run(freeze(of_all(), Until::After(lasts))).unwrap();
    let freeze = history.state.freezes.values().next().unwrap();
    assert_eq!(freeze.until, Some(at(history.now + 60)));
    assert_eq!(
        (freeze.by.as_str(), freeze.author.as_str()),
        ("anonymous", "ada")
    );
    let forever = Until::After(std::time::Duration::MAX);
    history
        .run(super::freezes::freeze(of_all(), forever))
        .unwrap();
    let over = Until::At(at(0));
    let refused = history.run(super::freezes::freeze(of_all(), over));
    assert!(
        matches!(refused, Err(Refused::FreezeIsOver { .. })),
        "{refused:?}"
    );
}

#[test]
fn freezes_end_by_id_or_by_exactly_their_scope() {
    let (mut history, _) = staged();
    let both = frozen(&mut history, of_apps(&["billing", "orders"]));
    let first = frozen(&mut history, of_apps(&["orders"]));
    let second = frozen(&mut history, of_apps(&["orders"]));
    frozen(&mut history, of_all());
    history.run(thaw(Thawed::Of(of_apps(&["orders"])))).unwrap();
    let Body::FreezeEnded(end) = &history.records.last().unwrap().body else {
        panic!("{:?}", history.records.last());
    };
    assert_eq!(
        (end.ids.as_slice(), end.expired),
        (&[first, second][..], false)
    );
    history.run(thaw(Thawed::Of(of_all()))).unwrap();
    assert_frozen(&mut history, release("v2"));
    history.run(thaw(Thawed::One(both))).unwrap();
    history.run(release("v2")).unwrap();
    for which in [Thawed::One(both), Thawed::Of(of_all())] {
        let refused = history.run(thaw(which));
        assert!(
            matches!(refused, Err(Refused::FreezeNotFound(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_freeze_of_a_label_stops_nothing_on_another() {
    let (mut history, _) = staged();
    let on = |label: &str| FreezeScope {
        label: Some(label.parse().unwrap()),
        ..of_all()
    };
    let mut elsewhere = write(Some("v1"), vec![document("orders.yml", Some("n: 1"))]);
    elsewhere.label = "next".parse().unwrap();
    let again = elsewhere.clone();
    let unknown = history.run(freeze(on("next"), Until::Ended));
    assert!(
        matches!(unknown, Err(Refused::LabelNotFound(_))),
        "{unknown:?}"
    );
    history.run(Command::Write(elsewhere)).unwrap();
    frozen(&mut history, on("next"));
    history.run(release("v2")).unwrap();
    let mut new = again;
    new.name = Some(name("v2"));
    assert_frozen(&mut history, Command::Write(new));
}

#[test]
fn a_source_keeps_its_last_state_while_it_is_frozen() {
    let mut history = History::default();
    let import = |commit: &str, text: &str, release| {
        Command::Import(Import {
            source: "git".parse().unwrap(),
            label: Label::main(),
            commit: name(commit),
            message: String::new(),
            author: String::new(),
            documents: vec![document("orders.yml", Some(text))],
            release,
            compared_at: None,
        })
    };
    history
        .run(import("c1", "n: 1", ReleaseBy::Import))
        .unwrap();
    let id = frozen(&mut history, of_apps(&["orders"]));
    assert_frozen(&mut history, import("c2", "n: 2", ReleaseBy::Import));
    let removal = || {
        Command::RemoveLabel(Removal {
            label: Label::main(),
            source: "git".parse().unwrap(),
        })
    };
    assert_frozen(&mut history, removal());
    // it only waits then, for a rollout that waits for the freeze
    history
        .run(import("c2", "n: 2", ReleaseBy::Rollout))
        .unwrap();
    assert_eq!(history.served("orders.yml"), Some(Sha256::of(b"n: 1")));
    history.run(thaw(Thawed::One(id))).unwrap();
    history.run(removal()).unwrap();
}

#[test]
fn there_are_not_too_many() {
    let mut history = History::default();
    for _ in 0..MAX_FREEZES {
        frozen(&mut history, of_all());
    }
    let refused = history.run(freeze(of_all(), Until::Ended));
    assert!(
        matches!(refused, Err(Refused::TooManyFreezes)),
        "{refused:?}"
    );
}

#[test]
fn an_id_reads_back() {
    let id = FreezeId(Seq(42));
    assert_eq!(id.to_string(), "f42");
    assert_eq!("f42".parse(), Ok(id));
    for wrong in ["", "f", "42", "f-1", "f+1", "f4x", "f99999999999999999999"] {
        assert!(wrong.parse::<FreezeId>().is_err(), "{wrong}");
    }
}
