//! Freezing, listing what is frozen, and thawing it.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn freeze(apps: &[&str]) -> Value {
    json!({"id": "f42", "all": apps.is_empty(), "apps": apps, "label": "", "reason": "the audit",
        "principal": "anonymous", "author": "ada", "since": "2026-01-02T03:04:05.678Z",
        "until": null, "newer": true})
}

#[test]
fn applications_are_frozen_and_how_to_end_that_is_said() {
    let set = json!({"freeze": freeze(&["billing", "orders"]), "token": "s:42"});
    let gateway = Gateway::start(move |_, _| Reply::json(201, &set));
    let out = run(
        &gateway,
        "freeze orders billing --reason audit --author ada --until 2h --label main",
    )
    .done();
    let expected = "billing,orders: frozen as f42 until that is ended; next: `vortex unfreeze f42` \
                    ends it\n";
    assert_eq!(out, expected);
    let asked = &gateway.asked()[0];
    assert_eq!(asked.line, "POST /api/freezes");
    assert_eq!(
        asked.json(),
        json!({"apps": ["orders", "billing"], "reason": "audit", "author": "ada", "until": "2h",
            "label": "main"})
    );
    assert!(!asked.header("idempotency-key").is_empty());
    run(&gateway, "freeze --all --reason audit").done();
    assert_eq!(
        gateway.asked()[1].json(),
        json!({"all": true, "reason": "audit"})
    );
}

#[test]
fn freezes_are_listed() {
    let list = json!({"freezes": [freeze(&["orders"]), freeze(&[])], "next_page_token": "",
        "token": "s:42"});
    let gateway = Gateway::start(move |_, _| Reply::json(200, &list));
    let out = run(&gateway, "freeze list --app orders").done();
    let expected = "\
ID   FROZEN      UNTIL     BY   REASON
f42  orders      unfreeze  ada  the audit
f42  everything  unfreeze  ada  the audit
";
    assert_eq!(out, expected);
    assert_eq!(
        gateway.asked()[0].line,
        "GET /api/freezes?app=orders&page_size=1000"
    );
}

#[test]
fn a_freeze_is_ended_by_its_id_and_by_its_scope() {
    let ended = json!({"ids": ["f42"], "token": "s:43"});
    let gateway = Gateway::start(move |_, _| Reply::json(200, &ended));
    for (arguments, line) in [
        (
            "unfreeze f42 --reason over",
            "DELETE /api/freezes/f42?reason=over",
        ),
        (
            "unfreeze orders billing",
            "DELETE /api/freezes?apps=orders%2Cbilling",
        ),
        (
            "unfreeze --all --label main",
            "DELETE /api/freezes?label=main&all=true",
        ),
    ] {
        let told = "ended: f42; `vortex freeze list` shows what is still frozen\n";
        assert_eq!(run(&gateway, arguments).done(), told);
        let asked = gateway.asked();
        assert_eq!(asked.last().unwrap().line, line);
    }
}

#[test]
fn what_names_nothing_or_gives_no_reason_is_refused_before_anything_is_asked() {
    let gateway = Gateway::start(|_, _| Reply::json(500, &json!({})));
    for (arguments, what) in [
        ("freeze --reason audit", "--all"),
        ("freeze orders", "--reason"),
        ("unfreeze", "--all"),
    ] {
        let told = run(&gateway, arguments).failed(2);
        assert!(told.contains(what), "{arguments}: {told}");
    }
    run(&gateway, "freeze orders --all --reason audit").failed(2);
    assert!(gateway.asked().is_empty());
}
