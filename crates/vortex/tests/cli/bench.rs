//! Measuring a server that does what it is told at once.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use vortex_bucket::Seed;

use crate::{
    command::run,
    gateway::{Asked, Gateway, Reply},
};

/// One rollout after another, each `r` at the share that promotions gave it.
fn server() -> Gateway {
    let stage = AtomicU64::new(0);
    Gateway::start(move |asked, _| {
        let path = asked.line.split(['?', ' ']).nth(1).unwrap();
        match path.rsplit('/').next().unwrap() {
            "rollouts" => stage.store(0, Ordering::SeqCst),
            "promote" => {
                let before = stage.fetch_add(1, Ordering::SeqCst);
                assert_eq!(asked.json()["expected_stage"], before);
            }
            _ if path.starts_with("/api/effective/") => {
                let share = (stage.load(Ordering::SeqCst) + 1) * 500;
                return Reply::json(200, &json!({"config": {"arm": arm(asked, share)}}));
            }
            _ => {}
        }
        Reply::json(200, &json!({"id": "r", "effect": "confirmed"}))
    })
}

fn arm(asked: &Asked, share: u64) -> &'static str {
    let instance = asked.line.split("instance=").nth(1).unwrap();
    match u64::from(Seed::of("r").bucket(instance).number()) < share {
        true => "canary",
        false => "stable",
    }
}

#[test]
fn a_bench_measures_every_promotion_and_leaves_nothing() {
    let gateway = server();
    let out = run(
        &gateway,
        "bench rollout --promotions 21 --clients 2 --label x -o json",
    )
    .done();
    let measured: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(measured["promotions"], 21);
    for what in ["first_read", "every_client", "answer"] {
        let times = ["p50_ms", "p99_ms", "max_ms"].map(|name| measured[what][name].as_f64());
        assert!(times.is_sorted() && times[0] > Some(0.0), "{measured}");
    }
    let lines = gateway.lines();
    let count = |part: &str| lines.iter().filter(|line| line.contains(part)).count();
    assert_eq!((count("/promote"), count("/complete")), (21, 2));
    assert_eq!((count("PUT "), count("DELETE /api/configs/bench-")), (4, 2));
    assert_eq!(count("/api/configs/"), count("/api/configs/bench-"));
    assert_eq!(count("/api/effective/"), count("label=x&instance=bench-"));
    let asked = gateway.asked();
    let writes = asked.iter().map(|asked| asked.header("idempotency-key"));
    let mut keys: Vec<_> = writes.filter(|key| !key.is_empty()).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all, "each write is one of its own");
}

#[test]
fn a_server_whose_readers_do_not_move_is_found_out() {
    let gateway = Gateway::start(|asked, _| match asked.line.contains("/effective/") {
        true => Reply::json(200, &json!({"config": {"arm": "stable"}})),
        false => Reply::json(200, &json!({"id": "r", "effect": "confirmed"})),
    });
    let err = run(
        &gateway,
        "bench rollout --promotions 1 --clients 1 --timeout 1s",
    )
    .failed(1);
    assert!(
        err.contains("a client did not get the new version within 1s"),
        "{err}"
    );
    let last = gateway.lines().pop().unwrap();
    assert!(last.starts_with("DELETE /api/configs/bench-"), "{last}");
}

/// Takes all reports but every tenth of a list.
fn intake() -> Gateway {
    Gateway::start(|asked, _| {
        if asked.line.contains("/api/configs/") {
            return Reply::json(200, &json!({}));
        }
        let reports = asked.json();
        let Some(list) = reports.as_array() else {
            return Reply::json(200, &json!({"next_interval": "30s"}));
        };
        let results = (0..list.len()).map(|index| match index % 10 {
            9 => json!({"code": "RATE_LIMITED"}),
            _ => json!({"next_interval": "30s"}),
        });
        Reply::json(200, &Value::from_iter(results))
    })
}

#[test]
fn heartbeats_are_sent_at_their_rate_and_all_instances_stop() {
    let gateway = intake();
    let out = run(
        &gateway,
        "bench heartbeats --instances 30 --rate 2000 --batch 20 --for 100ms -o json",
    );
    let measured: Value = serde_json::from_str(&out.done()).unwrap();
    assert_eq!(measured["sent"], 200);
    assert_eq!(measured["taken"], 180);
    assert_eq!(measured["refused"], json!({"RATE_LIMITED": 20}));
    assert!(measured["latency"]["p99_9_ms"].as_f64() > Some(0.0));
    let asked = gateway.asked();
    let lists = asked
        .iter()
        .filter(|asked| asked.line.contains("/api/heartbeats"));
    let reports = lists.flat_map(|asked| {
        let reports = asked.json();
        reports.as_array().cloned().unwrap_or_default()
    });
    let stopped = reports.filter(|report| report["status"] == "stopping");
    assert_eq!(stopped.count(), 30);
    let lines = gateway.lines();
    assert!(lines[0].starts_with("PUT /api/configs/bench-"), "{lines:?}");
    let last = lines.last().unwrap();
    assert!(last.starts_with("DELETE /api/configs/bench-"), "{last}");
}

#[test]
fn an_intake_that_is_away_is_counted_and_not_waited_for() {
    let gateway = Gateway::start(|asked, _| match asked.line.contains("/api/") {
        true => Reply::json(200, &json!({})),
        false => Reply::json(503, &json!({"code": "UNAVAILABLE", "detail": "away"})),
    });
    let out = run(
        &gateway,
        "bench heartbeats --instances 5 --rate 100 --for 50ms -o json",
    );
    let measured: Value = serde_json::from_str(&out.done()).unwrap();
    assert_eq!(measured["taken"], 0);
    assert_eq!(measured["refused"], json!({"UNAVAILABLE": 5}));
    assert_eq!(measured["latency"]["p50_ms"], Value::Null);
}
