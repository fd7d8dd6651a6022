//! Which rollouts a freeze keeps.

use super::sample::{at, spec};
use crate::domain::{Freeze, Freezes, Spec, Strategy, analysis::Application};

fn holding(path: &str, written_for: Option<&str>) -> Spec {
    Spec {
        paths: vec![path.to_owned()],
        written_for: vec![written_for.map(Application::new)],
        ..spec(Strategy::Conservative)
    }
}

fn freeze(apps: Option<&[&str]>) -> Freeze {
    Freeze {
        id: "f42".to_owned(),
        apps: apps.map(|apps| apps.iter().map(|app| (*app).to_owned()).collect()),
        label: None,
        reason: "the audit".to_owned(),
        by: "ada".to_owned(),
        until: Some(at(10).wall),
    }
}

fn is_kept(freeze: Freeze, spec: &Spec, second: u64) -> bool {
    Freezes(vec![freeze]).of(spec, at(second).wall).is_some()
}

#[test]
fn a_freeze_keeps_those_whose_documents_it_concerns() {
    let orders = freeze(Some(&["orders"]));
    assert!(is_kept(orders.clone(), &holding("orders-eu.yml", None), 1));
    assert!(!is_kept(
        orders.clone(),
        &holding("orders-eu.yml", Some("orders-eu")),
        1
    ));
    assert!(is_kept(
        orders.clone(),
        &holding("application.yml", None),
        1
    ));
    assert!(is_kept(
        orders.clone(),
        &holding("x.yml", Some("application")),
        1
    ));
    assert!(!is_kept(orders, &holding("billing.yml", None), 1));
    assert!(is_kept(freeze(None), &holding("billing.yml", None), 1));
}

#[test]
fn a_freeze_keeps_nothing_on_another_label_or_when_it_is_over() {
    let spec = holding("orders.yml", None);
    let on = |label: &str| Freeze {
        label: Some(label.to_owned()),
        ..freeze(None)
    };
    assert!(is_kept(on(&spec.label), &spec, 1));
    assert!(!is_kept(on("elsewhere"), &spec, 1));
    assert!(is_kept(freeze(None), &spec, 9));
    assert!(!is_kept(freeze(None), &spec, 10));
}

#[test]
fn a_rollout_that_takes_another_back_is_not_kept() {
    let reverting = Spec {
        reverts: Some("01hw5yzt8k2q9f3m".parse().unwrap()),
        ..holding("orders.yml", None)
    };
    assert!(!is_kept(freeze(None), &reverting, 1));
    let by_hand = Spec {
        way_back: true,
        ..holding("orders.yml", None)
    };
    assert!(!is_kept(freeze(None), &by_hand, 1));
}

#[test]
fn a_freeze_says_why_and_which_it_is() {
    assert_eq!(freeze(None).to_string(), "frozen: the audit (f42)");
}
