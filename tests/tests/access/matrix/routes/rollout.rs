//! Rollouts.

use serde_json::json;

use super::{Route, asked, command, commanded, route, sent};

pub(super) fn reads() -> Vec<Route> {
    vec![
        route("GET", "/api/audit", "/ListDenials", |_| {
            asked("/api/audit?page_size=1000")
        }),
        route("GET", "/api/breaker", "/GetBreaker", |_| {
            asked("/api/breaker")
        }),
        route("GET", "/api/rollouts", "/ListRollouts", |_| {
            asked("/api/rollouts")
        }),
        route("GET", "/api/rollouts/{id}", "/GetRollout", |w| {
            asked(format!("/api/rollouts/{}", w.rollout))
        }),
        route("GET", "/api/rollouts/{id}/analysis", "/GetAnalysis", |w| {
            asked(format!("/api/rollouts/{}/analysis", w.rollout))
        }),
        route("GET", "/api/rollouts/{id}/audit", "/ListAudit", |w| {
            asked(format!("/api/rollouts/{}/audit", w.rollout))
        }),
        route("GET", "/ws/{app}/{profile}", "/WatchConfig", |w| {
            asked(format!("/ws/{}/prod", w.app))
        }),
        route("GET", "/api/rollouts/{id}/watch", "/WatchRollout", |w| {
            asked(format!("/api/rollouts/{}/watch", w.rollout))
        }),
    ]
}

pub(super) fn writes() -> Vec<Route> {
    vec![
        route("POST", "/api/breaker/reset", "/ResetBreaker", |_| {
            asked("/api/breaker/reset")
        }),
        route("POST", "/api/rollouts", "/CreateRollout", |w| {
            let app = w.app;
            let (from, to) = (format!("{app}-v1"), format!("{app}-v2"));
            let stages = json!([{"percentage": 100.0}]);
            sent(
                "/api/rollouts",
                json!({"app": app, "from_version": from, "to_version": to, "stages": stages}),
            )
        }),
        route("PATCH", "/api/rollouts/{id}", "/EditRollout", |w| {
            sent(
                format!("/api/rollouts/{}", w.rollout),
                json!({"resume_after_passes": 2}),
            )
        }),
        route("POST", "/api/rollouts/{id}/arms", "/ResolveArms", |w| {
            sent(
                format!("/api/rollouts/{}/arms", w.rollout),
                json!({"keys": ["one"]}),
            )
        }),
        route(
            "POST",
            "/api/rollouts/{id}/metrics",
            "/ReportMetrics",
            |w| {
                let report =
                    json!({"arm": "stable", "requests": 1, "errors": 0, "latencies_ms": [1.0]});
                sent(format!("/api/rollouts/{}/metrics", w.rollout), report)
            },
        ),
        command("/api/rollouts/{id}/start", "/StartRollout", |w| {
            commanded(w, "start")
        }),
        command("/api/rollouts/{id}/pause", "/PauseRollout", |w| {
            commanded(w, "pause")
        }),
        command("/api/rollouts/{id}/resume", "/ResumeRollout", |w| {
            commanded(w, "resume")
        }),
        command("/api/rollouts/{id}/promote", "/PromoteRollout", |w| {
            commanded(w, "promote")
        }),
        command("/api/rollouts/{id}/revert", "/RevertRollout", |w| {
            commanded(w, "revert")
        }),
    ]
}
