//! Reporting figures, and reading what became of them.

use serde_json::json;

use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn figures_are_reported_and_read() {
    let gateway = Gateway::start(|asked, _| match asked.line.ends_with("/metrics") {
        true => Reply::json(200, &json!({"repeated": false, "generation": 3})),
        false => Reply::json(
            200,
            &json!({"slices": [], "failures": 1, "holds_because": "canary needs 30 more",
                "total": [{"app": "orders", "arm": "canary", "requests": 1000, "errors": 12}],
                "open": [{"app": "orders", "arm": "canary", "requests": 70, "errors": 1}]}),
        ),
    });
    let report = "rollout report r1 --arm canary --requests 1000 --errors 12 --latency-ms 1.5,2 \
                  --latency-ms 3 --app orders --generation 3";
    let out = run(&gateway, report).done();
    assert_eq!(out, "r1 counts 1000 requests, of generation 3\n");
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/rollouts/r1/metrics");
    assert_eq!(
        asked.json(),
        json!({"arm": "canary", "requests": 1000, "errors": 12, "latencies_ms": [1.5, 2.0, 3.0],
               "app": "orders", "generation": 3})
    );
    let out = run(&gateway, "rollout analysis r1").done();
    assert!(out.contains("canary needs 30 more\n"), "{out}");
    assert!(
        out.contains("orders  canary  1000      12      1.2%  -    -    70\n"),
        "{out}"
    );
}
