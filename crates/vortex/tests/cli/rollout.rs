//! Rollouts: creating, commanding, showing, following and waiting for them.

mod breaker;
mod commands;
mod create;
mod figures;
mod reads;
mod waiting;
mod watch;

use serde_json::{Value, json};

use crate::gateway::{Gateway, Reply};

fn rollout(state: &str) -> Value {
    json!({"id": "r1", "state": state, "stage": {"index": 1, "name": "25%", "percentage": 25.0},
        "share_in_force": 25.0, "share_reason": "", "label": "main", "change": "v2",
        "paths": ["orders.yml", "orders-prod.yml"], "apps": ["orders"], "from_version": "v1",
        "strategy": "custom", "unit": "instance", "auto_promote": true, "auto_rollback": true,
        "stages": [{"name": "5%", "percentage": 5.0, "min_duration": "5m"},
                   {"name": "25%", "percentage": 25.0, "min_duration": "10m"},
                   {"name": "100%", "percentage": 100.0, "min_duration": null}],
        "thresholds": {}, "analysis": {}, "description": "larger pool", "principal": "me",
        "created_at": "2026-01-02T03:04:05.678Z", "updated_at": null,
        "stage_since": "2026-01-02T03:05:06Z", "generation": 3, "effect": "confirmed",
        "effect_error": "", "reason": reason(state), "reverts": "", "revision": 9, "source": "",
        "newer": true})
}

fn reason(state: &str) -> &'static str {
    match state {
        "rolled_back" => "errors: 8% of 500 above 5%",
        "paused" => "inconclusive 10 times in a row",
        _ => "",
    }
}

fn event(state: &str) -> String {
    let analysis = json!({"slices": [{"number": 4, "verdict": "fail", "gates": [
            {"gate": "errors", "app": "orders", "verdict": "fail", "detail": "8% of 500"}]}],
        "consecutive_failures": 2, "failures": 2, "inconclusive": 0, "no_data": 0,
        "open": [], "holds_because": "", "keyless_reads": null,
        "total": [{"app": "orders", "arm": "canary", "requests": 500, "errors": 40,
                   "latency_p50": null, "latency_p99": "41ms"}]});
    let data = json!({"rollout": rollout(state), "analysis": analysis,
                      "time": "2026-01-02T03:04:05.678Z"});
    format!("event: rollout\ndata: {data}\n\n: unchanged\n\n")
}

/// Answers commands with a running rollout, and a watch with what it is told of these states.
fn watched(states: &'static [&'static str]) -> Gateway {
    Gateway::start(move |asked, _| match asked.line.ends_with("/watch") {
        true => Reply::LastEvents(states.iter().map(|state| event(state)).collect()),
        false => Reply::json(201, &rollout("running")),
    })
}
