//! Drift and heartbeats.

use serde_json::json;

use super::{Route, asked, command, route, sent};

pub(super) fn reads() -> Vec<Route> {
    vec![
        route("GET", "/api/drift", "/ListDrift", |_| asked("/api/drift")),
        route("GET", "/api/drift/{app}/{profile}", "/GetDrift", |w| {
            asked(format!("/api/drift/{}/prod", w.app))
        }),
        route("GET", "/api/drift/alerts", "/ListAlerts", |_| {
            asked("/api/drift/alerts")
        }),
        route("GET", "/api/instances", "/ListInstances", |_| {
            asked("/api/instances")
        }),
        route(
            "GET",
            "/api/instances/{app}/{profile}",
            "/ListInstances",
            |w| asked(format!("/api/instances/{}/prod", w.app)),
        ),
        route(
            "GET",
            "/api/instances/{app}/{profile}/{instance}",
            "/GetInstance",
            |w| asked(format!("/api/instances/{}/prod/i-1", w.app)),
        ),
    ]
}

pub(super) fn writes() -> Vec<Route> {
    vec![
        command("/heartbeat", "/Report", |w| {
            sent(
                "/heartbeat",
                json!({"app": w.app, "profile": "prod", "instance_id": "i-1"}),
            )
        }),
        command("/api/heartbeats", "/ReportBatch", |w| {
            sent(
                "/api/heartbeats",
                json!([{"app": w.app, "profile": "prod", "instance_id": "i-1"}]),
            )
        }),
        command("/api/drift/heartbeat/{app}/{profile}", "/Report", |w| {
            sent(
                format!("/api/drift/heartbeat/{}/prod", w.app),
                json!({"instance_id": "i-1"}),
            )
        }),
        command("/api/drift/{app}/{profile}/silence", "/SilenceFleet", |w| {
            sent(
                format!("/api/drift/{}/prod/silence", w.app),
                json!({"duration": "1h", "reason": "a test"}),
            )
        }),
        command("/api/drift/{app}/{profile}/remediate", "/Remediate", |w| {
            sent(format!("/api/drift/{}/prod/remediate", w.app), json!({}))
        }),
        command("/api/drift/alerts/{id}/ack", "/AcknowledgeAlert", |w| {
            asked(format!("/api/drift/alerts/{}/ack", w.alert))
        }),
        command("/api/drift/alerts/{id}/silence", "/AcknowledgeAlert", |w| {
            let path = format!("/api/drift/alerts/{}/silence", w.alert);
            sent(path, json!({"duration": "1h"}))
        }),
    ]
}
