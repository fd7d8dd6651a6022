//! The breaker.

use serde_json::json;

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn the_breaker_is_shown_and_reset() {
    let breaker = |open: bool| {
        json!({"open": open, "opened_at": "2026-01-02T03:04:05Z", "max_rollbacks": 3,
            "window": "10m", "reset_by": "", "reset_at": null,
            "rollbacks": [{"id": "r1", "time": "2026-01-02T03:04:05Z"}]})
    };
    let gateway =
        Gateway::start(move |asked, _| Reply::json(200, &breaker(asked.line.starts_with("GET"))));
    let out = run(&gateway, "breaker").done();
    for line in [
        "state         open since 2026-01-02T03:04:05Z\n",
        "opens beyond  3 rollbacks in 10m\n",
        "next          `vortex breaker reset`",
    ] {
        assert!(out.contains(line), "{out}");
    }
    run(&gateway, "breaker get").done();
    let out = run(&gateway, "breaker reset --reason why").done();
    assert_eq!(out, "the breaker is closed: rollouts go on by themselves\n");
    assert_eq!(gateway.asked()[2].line, "POST /api/breaker/reset");
    assert_eq!(gateway.asked()[2].json(), json!({"reason": "why"}));
}
