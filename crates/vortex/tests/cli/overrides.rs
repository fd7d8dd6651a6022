//! Overriding values, listing what is overridden, and ending it.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn set() -> Value {
    json!({"id": "o42", "app": "orders", "profile": "prod", "label": "main",
        "values": {"db.pool": 20, "on": true}, "reason": "incident", "principal": "anonymous",
        "author": "ada", "since": "2026-01-02T03:04:05Z", "expires_at": "2026-01-02T07:04:05Z",
        "newer": true})
}

#[test]
fn values_are_overridden_and_how_to_end_that_is_said() {
    let answer = json!({"override": set(), "token": "s:42"});
    let gateway = Gateway::start(move |_, _| Reply::json(200, &answer));
    let out = run(
        &gateway,
        "config override orders prod db.pool=20 on=true host=db-1 --expires 4h \
         --reason incident --author ada --label main",
    )
    .done();
    let expected = "orders prod gets db.pool=20 on=true on main until 2026-01-02T07:04:05Z, as o42; \
                    next: `vortex config override orders prod --remove` ends it\n";
    assert_eq!(out, expected);
    let asked = &gateway.asked()[0];
    assert_eq!(asked.line, "PUT /api/overrides/orders/prod?label=main");
    assert_eq!(
        asked.json(),
        json!({"values": {"db.pool": 20, "on": true, "host": "db-1"}, "expires": "4h",
            "reason": "incident", "author": "ada"})
    );
    assert!(!asked.header("idempotency-key").is_empty());
}

#[test]
fn overrides_are_listed() {
    let list = json!({"overrides": [set()], "next_page_token": "", "token": "s:42"});
    let gateway = Gateway::start(move |_, _| Reply::json(200, &list));
    let out = run(&gateway, "config override list --app orders").done();
    let expected = "\
APP     PROFILE  LABEL  EXPIRES               BY   VALUES
orders  prod     main   2026-01-02T07:04:05Z  ada  db.pool=20 on=true
";
    assert_eq!(out, expected);
    assert_eq!(
        gateway.asked()[0].line,
        "GET /api/overrides?app=orders&page_size=1000"
    );
}

#[test]
fn an_override_is_ended() {
    let removed = json!({"id": "o42", "token": "s:43"});
    let gateway = Gateway::start(move |_, _| Reply::json(200, &removed));
    let out = run(
        &gateway,
        "config override orders prod --remove --reason over",
    )
    .done();
    let told = "ended: o42; `vortex config override list` shows what is still overridden\n";
    assert_eq!(out, told);
    assert_eq!(
        gateway.asked()[0].line,
        "DELETE /api/overrides/orders/prod?reason=over"
    );
}

#[test]
fn what_is_missing_is_said_before_anything_is_asked() {
    let gateway = Gateway::start(|_, _| Reply::json(500, &json!({})));
    for (arguments, what) in [
        ("config override", "profile"),
        ("config override orders", "profile"),
        ("config override orders db.pool=20 --expires 4h", "profile"),
        ("config override orders prod --expires 4h", "KEY=VALUE"),
        (
            "config override orders prod db.pool --expires 4h",
            "KEY=VALUE",
        ),
        ("config override orders prod a=1 a=2 --expires 4h", "twice"),
        ("config override orders prod db.pool=20", "--expires"),
    ] {
        let told = run(&gateway, arguments).failed(2);
        assert!(told.contains(what), "{arguments}: {told}");
    }
    run(&gateway, "config override orders prod a=1 --remove").failed(2);
    assert!(gateway.asked().is_empty());
}

#[test]
fn an_explanation_shows_an_override_without_a_line() {
    let origin = |path: &str, line: u32| json!({"path": path, "document": 0, "version": "o42", "line": line, "column": line});
    let answer = json!({"version": "v1", "token": "s:1", "considered": [], "assignments": [],
        "values": [{"key": "n", "value": 3, "origin": origin("overrides/orders-prod", 0),
            "hidden": [{"value": 1, "origin": origin("orders.yml", 1)}]}]});
    let gateway = Gateway::start(move |_, _| Reply::json(200, &answer));
    let out = run(&gateway, "config explain orders prod").done();
    let expected = "\
KEY  VALUE  ORIGIN                 VERSION  HIDES
n    3      overrides/orders-prod  o42      1 (orders.yml:1:1)
";
    assert_eq!(out, expected);
}
