//! A rollout and its analysis, as rollout-svc says them and as REST does.

use prost_types::{Duration, Timestamp};
use serde_json::{Value, json};
use vortex_proto::rollout::v1::*;

pub(super) fn seconds(seconds: i64) -> Option<Duration> {
    Some(Duration { seconds, nanos: 0 })
}

pub(super) fn millis(millis: i32) -> Option<Duration> {
    Some(Duration {
        seconds: 0,
        nanos: millis * 1_000_000,
    })
}

pub(super) fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp { seconds, nanos: 0 })
}

pub(super) fn rollout() -> Rollout {
    Rollout {
        id: "r-1".into(),
        state: RolloutState::RolledBack.into(),
        label: "main".into(),
        change: "v2".into(),
        change_sequence: 7,
        paths: vec!["orders-dev.yml".into()],
        apps: vec!["orders".into()],
        from_version: "v1".into(),
        strategy: Strategy::Custom.into(),
        stages: vec![
            Stage {
                name: "tenth".into(),
                percentage: 10.0,
                min_duration: seconds(90),
            },
            Stage {
                name: "100%".into(),
                percentage: 100.0,
                min_duration: None,
            },
        ],
        stage_index: Some(0),
        share_in_force: 12.5,
        share_reason: "one of five instances".into(),
        unit: Unit::Subject.into(),
        auto_promote: true,
        auto_rollback: false,
        thresholds: Some(Thresholds {
            min_success_rate: Some(0.99),
            max_error_rate: Some(0.05),
            max_latency_ratio: Some(1.5),
            max_latency_p99: millis(250),
            min_requests: Some(100),
            errors_baseline: Baseline::Both.into(),
            latency_baseline: Baseline::Either.into(),
        }),
        analysis: Some(Analysis {
            interval: seconds(30),
            consecutive_failures: Some(2),
            max_failures: Some(5),
            inconclusive_limit: Some(10),
            no_data_limit: Some(10),
        }),
        description: "a larger pool".into(),
        principal: "anonymous".into(),
        created_at: at(1_000_000_000),
        updated_at: at(1_000_000_060),
        stage_since: None,
        generation: 2,
        effect: EffectState::Pending.into(),
        effect_error: "config-svc is away".into(),
        reason: "8 % errors".into(),
        reverts: String::new(),
        revision: 4,
        source: String::new(),
        keys: Some(keys()),
        on_failure: OnFailure::Pause.into(),
        resume_after_passes: 3,
        include: vec!["a".into()],
        exclude: vec!["b".into()],
        min_instances: 2,
        share_raised_for: 1,
        queries: vec![query()],
        webhooks: vec![webhook()],
    }
}

pub(super) fn query() -> QueryGate {
    QueryGate {
        name: "rate".into(),
        provider: "main".into(),
        query: r#"x{a="{{arm}}"}"#.into(),
        min: None,
        max: Some(0.05),
        min_ratio: None,
        max_ratio: Some(1.5),
        margin: Some(0.01),
        no_value: NoValue::Fail.into(),
    }
}

pub(super) fn webhook() -> WebhookGate {
    WebhookGate {
        name: "gate".into(),
        url: "https://gate.example.com/".into(),
    }
}

fn keys() -> SeenKeys {
    SeenKeys {
        canary: 40,
        stable: 10,
        canary_percentage: Some(80.0),
        p_value: Some(0.0),
        warning: "not chance".into(),
    }
}

fn keys_json() -> Value {
    json!({
        "canary": 40, "stable": 10, "canary_percentage": 80.0, "p_value": 0.0,
        "warning": "not chance",
    })
}

pub(super) fn rollout_json() -> Value {
    let mut rollout = json!({
        "id": "r-1",
        "state": "rolled_back",
        "stage": {"index": 0, "name": "tenth", "percentage": 10.0},
        "share_in_force": 12.5,
        "share_reason": "one of five instances",
        "label": "main",
        "change": "v2",
        "change_sequence": 7,
        "paths": ["orders-dev.yml"],
        "apps": ["orders"],
        "from_version": "v1",
        "strategy": "custom",
        "stages": [
            {"name": "tenth", "percentage": 10.0, "min_duration": "90s"},
            {"name": "100%", "percentage": 100.0, "min_duration": null},
        ],
        "unit": "subject",
        "auto_promote": true,
        "auto_rollback": false,
        "on_failure": "pause",
        "resume_after_passes": 3,
        "thresholds": {
            "min_success_rate": 0.99, "max_error_rate": 0.05, "max_latency_ratio": 1.5,
            "max_latency_p99": "250ms", "min_requests": 100,
            "errors_baseline": "both", "latency_baseline": "either",
        },
        "analysis": {
            "interval": "30s", "consecutive_failures": 2, "max_failures": 5,
            "inconclusive_limit": 10, "no_data_limit": 10,
        },
        "description": "a larger pool",
        "principal": "anonymous",
        "created_at": "2001-09-09T01:46:40Z",
        "updated_at": "2001-09-09T01:47:40Z",
        "stage_since": null,
        "generation": 2,
        "effect": "pending",
        "effect_error": "config-svc is away",
        "reason": "8 % errors",
        "reverts": "",
        "revision": 4,
        "source": "",
        "keys": keys_json(),
        "include": ["a"],
        "exclude": ["b"],
        "min_instances": 2,
        "share_raised_for": 1,
    });
    rollout["queries"] = json!([{
        "name": "rate", "provider": "main", "query": "x{a=\"{{arm}}\"}", "min": null, "max": 0.05,
        "min_ratio": null, "max_ratio": 1.5, "margin": 0.01, "no_value": "fail",
    }]);
    rollout["webhooks"] = json!([{"name": "gate", "url": "https://gate.example.com/"}]);
    rollout
}

pub(super) fn gate() -> GateResult {
    GateResult {
        gate: "errors".into(),
        name: String::new(),
        app: "orders".into(),
        verdict: Verdict::Fail.into(),
        detail: "8 of 100".into(),
        canary: Some(0.08),
        stable: None,
        threshold: Some(0.05),
        canary_requests: 100,
        stable_requests: 0,
        p_value: Some(0.01),
        canary_instances: Some(InstanceCounts {
            instances: 4,
            failed: 3,
            silent: 2,
            restarting: 1,
        }),
        stable_instances: None,
    }
}

pub(super) fn gate_json() -> Value {
    json!({
        "gate": "errors", "name": "", "app": "orders", "verdict": "fail", "detail": "8 of 100",
        "canary": 0.08, "stable": null, "threshold": 0.05, "canary_requests": 100,
        "stable_requests": 0, "p_value": 0.01, "stable_instances": null,
        "canary_instances": {"instances": 4, "failed": 3, "silent": 2, "restarting": 1},
    })
}

pub(super) fn analysis() -> AnalysisStatus {
    AnalysisStatus {
        slices: vec![Slice {
            number: 1,
            stage_index: 0,
            started_at: at(1_000_000_000),
            closed_at: None,
            verdict: Verdict::NoData.into(),
            gates: vec![gate()],
        }],
        consecutive_failures: 1,
        failures: 2,
        inconclusive: 3,
        no_data: 4,
        shared_outages: 1,
        passes: 6,
        unanswered: 5,
        open: vec![ArmFigures {
            app: "orders".into(),
            arm: "canary".into(),
            requests: 100,
            errors: 8,
            latency_p50: Some(Duration {
                seconds: 0,
                nanos: 12_345_678,
            }),
            latency_p99: None,
        }],
        total: Vec::new(),
        holds_because: "no figures".into(),
        keyless_reads: Some(0.25),
        keys: Some(keys()),
    }
}

pub(super) fn analysis_json() -> Value {
    json!({
        "slices": [{
            "number": 1, "stage_index": 0, "started_at": "2001-09-09T01:46:40Z",
            "closed_at": null, "verdict": "no_data", "gates": [gate_json()],
        }],
        "consecutive_failures": 1, "failures": 2, "inconclusive": 3, "no_data": 4,
        "shared_outages": 1, "passes": 6, "unanswered": 5,
        "open": [{
            "app": "orders", "arm": "canary", "requests": 100, "errors": 8,
            "latency_p50": "12345us", "latency_p99": null,
        }],
        "total": [],
        "holds_because": "no figures",
        "keyless_reads": 0.25,
        "keys": keys_json(),
    })
}
