//! How everything stands.

use serde_json::{Value, json};

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

fn status(well: bool) -> Value {
    let paused = json!([{"kind": "rollout", "id": "r1", "why": "no figures for 5 minutes",
        "about": "v3 of orders.yml on main, stage 2/3, 25%", "since": null,
        "next": "vortex rollout get r1"}]);
    let paused = if well { json!([]) } else { paused };
    json!({"well": well, "more": false, "rolling_out": [], "paused": paused, "waiting": [],
        "frozen": [], "degraded": [], "newer": true})
}

#[test]
fn all_is_well_only_with_exit_code_zero() {
    let gateway = Gateway::always(|| Reply::json(200, &status(true)));
    let out = run(&gateway, "status").done();
    assert_eq!(out, "all is well, and nothing is rolling out\n");
    assert_eq!(gateway.asked_once().line, "GET /api/status");
}

#[test]
fn overrides_are_shown_and_well() {
    let mut told = status(true);
    told["overridden"] = json!([{"kind": "override", "id": "o42", "why": "incident 4711",
        "about": "2 keys of orders/prod on main, by ada, until 2001-09-09T02:46:40Z",
        "since": null, "next": "vortex config override orders prod --remove"}]);
    let gateway = Gateway::always(move || Reply::json(200, &told));
    let out = run(&gateway, "status").done();
    assert_eq!(
        out,
        "overridden   override o42\n             2 keys of orders/prod on main, by ada, until 2001-09-09T02:46:40Z\n             \
         incident 4711\n             \
         next: vortex config override orders prod --remove\n\
         all is well, and nothing is rolling out\n"
    );
}

#[test]
fn what_is_amiss_is_shown_and_fails() {
    let gateway = Gateway::always(|| Reply::json(200, &status(false)));
    let ran = run(&gateway, "status orders");
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(
        ran.out,
        "paused       rollout r1\n             v3 of orders.yml on main, stage 2/3, 25%\n             \
         no figures for 5 minutes\n             next: vortex rollout get r1\n"
    );
    assert!(ran.err.contains("not all is well"), "{ran:?}");
    assert_eq!(gateway.lines(), ["GET /api/status?app=orders"]);
    let ran = run(&gateway, "status -o json");
    assert_eq!(ran.code, 1);
    let read: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(read["paused"][0]["id"], "r1");
}
