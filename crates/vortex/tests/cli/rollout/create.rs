//! The requests that create a rollout: given values are sent, others left to the server.

use serde_json::json;

use super::rollout;
use crate::{
    command::run,
    gateway::{Gateway, Reply},
};

#[test]
fn a_rollout_is_created_of_what_is_said() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    let ran = run(
        &gateway,
        "rollout create orders prod --from v1 --to v2 --label x --stage canary=5%:10m --stage 100 \
         --unit subject --no-auto-promote --no-auto-rollback --min-success-rate 98% \
         --max-error-rate 0.02 --max-latency-ratio 2 --max-latency-p99 300ms --min-requests 50 \
         --interval 10s --consecutive-failures 3 --max-failures 4 --inconclusive-limit 5 \
         --no-data-limit 6 --app orders --app billing --description why --start --request-id mine",
    );
    let out = ran.done();
    assert!(
        out.starts_with("r1 is created, stage 2/3: 25% get "),
        "{out}"
    );
    assert!(out.contains("; next: `vortex rollout start r1`"), "{out}");
    assert_eq!(out.lines().count(), 1);
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "POST /api/rollouts");
    assert_eq!(asked.header("idempotency-key"), "mine");
    assert_eq!(
        asked.json(),
        json!({"app": "orders", "profile": "prod", "label": "x", "from_version": "v1",
            "to_version": "v2", "unit": "subject", "auto_promote": false, "auto_rollback": false,
            "stages": [{"name": "canary", "percentage": 5.0, "min_duration": "10m"},
                       {"name": "", "percentage": 100.0, "min_duration": null}],
            "thresholds": {"min_success_rate": 0.98, "max_error_rate": 0.02,
                "max_latency_ratio": 2.0, "max_latency_p99": "300ms", "min_requests": 50},
            "analysis": {"interval": "10s", "consecutive_failures": 3, "max_failures": 4,
                "inconclusive_limit": 5, "no_data_limit": 6},
            "apps": ["orders", "billing"], "description": "why", "start": true})
    );
}

#[test]
fn gates_and_what_follows_from_them_are_sent_as_they_are_said() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    run(
        &gateway,
        "rollout create --change c --errors-baseline both --latency-baseline relative \
         --on-failure pause --resume-after-passes 3 --min-instances 2",
    )
    .done();
    assert_eq!(
        gateway.asked_once().json(),
        json!({"change": "c", "on_failure": "pause", "resume_after_passes": 3, "min_instances": 2,
            "thresholds": {"errors_baseline": "both", "latency_baseline": "relative"}})
    );
}

#[test]
fn queries_and_webhooks_are_sent_as_a_file_says_them() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gates.yml");
    let text = "queries:\n- {name: rate, provider: main, query: up, max: 0.05}\n";
    std::fs::write(&file, text).unwrap();
    let arguments = format!(
        "rollout create --change c --gates {} --webhook smoke=https://gate.example.com/?a=b",
        file.display()
    );
    run(&gateway, &arguments).done();
    assert_eq!(
        gateway.asked_once().json(),
        json!({"change": "c",
            "queries": [{"name": "rate", "provider": "main", "query": "up", "max": 0.05}],
            "webhooks": [{"name": "smoke", "url": "https://gate.example.com/?a=b"}]})
    );
}

#[test]
fn an_edit_sends_what_is_to_be_changed() {
    let gateway = Gateway::always(|| Reply::json(200, &rollout("running")));
    let ran = run(
        &gateway,
        "rollout edit r1 --max-error-rate 8% --max-latency-p99 0s --max-failures 9 \
         --on-failure pause --resume-after-passes 0 --reason slow --request-id mine",
    );
    let out = ran.done();
    assert!(out.starts_with("r1 is running, stage 2/3: "), "{out}");
    let asked = gateway.asked_once();
    assert_eq!(asked.line, "PATCH /api/rollouts/r1");
    assert_eq!(asked.header("idempotency-key"), "mine");
    assert_eq!(
        asked.json(),
        json!({"thresholds": {"max_error_rate": 0.08, "max_latency_p99": "0s"},
            "analysis": {"max_failures": 9}, "on_failure": "pause", "resume_after_passes": 0,
            "reason": "slow"})
    );
}

#[test]
fn what_is_not_said_is_left_to_the_server() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    run(&gateway, "rollout create --change release-7 -q").done();
    let asked = gateway.asked_once();
    assert_eq!(asked.json(), json!({"change": "release-7"}));
}

#[test]
fn what_can_be_no_rollout_is_not_sent() {
    let gateway = Gateway::always(|| Reply::json(201, &rollout("created")));
    for arguments in [
        "create",
        "create orders",
        "create orders --from v1",
        "create orders --change c --from v1 --to v2",
        "create --change c --stage 5%:soon",
        "create --change c --stage 100% --strategy aggressive",
        "create --change c --max-error-rate NaN",
        "create --change c --interval 5",
        "create --change c --errors-baseline stable",
        "create --change c --webhook https://gate.example.com/",
        "create --change c --on-failure pause --no-auto-rollback",
        "edit r1",
        "edit r1 --reason slow",
        "edit r1 --interval 10s",
        "edit r1 --on-failure promote",
        "promote r1 --expected-stage 0",
        "report r1 --requests 1 --errors 0",
        "report r1 --arm control --requests 1 --errors 0",
        "report r1 --arm canary --requests -1 --errors 0",
    ] {
        run(&gateway, &format!("rollout {arguments}")).failed(2);
    }
    assert_eq!(gateway.lines(), [""; 0]);
}
