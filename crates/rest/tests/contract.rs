//! Every type is written as it is read, and reads what is newer or older than it.

#![allow(clippy::unwrap_used)] // what fails in a test ends it
#![recursion_limit = "256"] // a rollout has many fields

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use vortex_rest::{
    Alert, Alerts, AnalysisStatus, AppliedChange, Approval, Arm, ArmReport, ArmReports, Breaker,
    ChangeAnswer, ChangeState, Changes, ConfigChange, Deleted, Detached, Diff, Documents,
    Effective, Environment, Explanation, FleetDrift, Fleets, FollowedRollout, Heartbeat,
    HeartbeatReply, HeartbeatResult, Instance, Instances, Json, KeyAnswer, KeyCreated, KeyFrom,
    KeyGrant, KeyRevoked, KeyRotated, KeyState, Keys, Name, NewChange, NewKey, NewRollout,
    NewSilence, Notified, Problem, RefusedHeartbeat, ReleasePolicy, Released, Remediated,
    Remediation, ReportTaken, Rollout, RolloutAudit, RolloutEdit, RolloutEffect, RolloutStage,
    RolloutState, RolloutStrategy, Rollouts, SilenceAnswer, SourceState, Sources, SplitAnswer,
    SplitState, Splits, Unit, Verdict, Versions, Written,
};

trait Contract: Serialize + DeserializeOwned + PartialEq + Debug {}

impl<T: Serialize + DeserializeOwned + PartialEq + Debug> Contract for T {}

/// What a server writes is read, and written again byte by byte; from a newer server it has more
/// members, from an older one fewer.
#[track_caller]
fn answered<T: Contract + Default>(json: Value) {
    let read = round_trip::<T>(&json);
    let newer = with_unknown_members(json);
    assert_eq!(serde_json::from_value::<T>(newer).unwrap(), read);
    assert_eq!(serde_json::from_str::<T>("{}").unwrap(), T::default());
}

#[track_caller]
fn round_trip<T: Contract>(json: &Value) -> T {
    let text = json.to_string();
    let read: T = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert_eq!(serde_json::from_value::<T>(json.clone()).unwrap(), read);
    read
}

fn with_unknown_members(json: Value) -> Value {
    match json {
        Value::Object(members) => {
            let members = members.into_iter();
            // JSON that stands in an answer as it is has no members of its type's
            let members = members.map(|(name, value)| match name.as_str() {
                "config" | "patch" | "value" => (name, value),
                _ => (name, with_unknown_members(value)),
            });
            let newer = ("newer".to_owned(), json!({"than": ["this"]}));
            members.chain([newer]).collect()
        }
        Value::Array(items) => items.into_iter().map(with_unknown_members).collect(),
        plain => plain,
    }
}

fn change() -> Value {
    json!({"change": "v2", "label": "main", "state": "rolled_back", "rolled_back_by": "r1",
        "digest": "d", "author": "a", "principal": "p", "message": "m",
        "written_at": "2026-01-02T03:04:05Z", "sequence": 7,
        "documents": [changed_document()], "document_count": 1})
}

fn changed_document() -> Value {
    json!({"path": "orders.yml", "version": "v2", "digest": "d", "deleted": false})
}

#[test]
fn change_sets_are_written_as_they_are_read() {
    answered::<Changes>(json!({"changes": [change()], "next_page_token": "t"}));
    answered::<ChangeAnswer>(json!({"change": change(), "token": "s:7"}));
    answered::<Released>(json!({"change": change(), "token": "s:7", "moved": true,
        "ended_rollouts": ["r1"]}));
    answered::<AppliedChange>(json!({"change": "v2", "digest": "d", "token": "s:7",
        "created": true, "documents": [changed_document()]}));
}

#[test]
fn documents_are_written_as_they_are_read() {
    answered::<Documents>(json!({"documents": [
        {"label": "main", "path": "orders-prod.yml", "app": "orders", "profile": "prod",
         "media_type": "application/yaml", "version": "v1", "digest": "d", "size": 3,
         "written_at": null, "defect": "line 1: a tab", "versions": 2},
        {"label": "main", "path": "a/b.yml", "media_type": "application/yaml", "version": "",
         "digest": "", "size": 0, "written_at": "2026-01-02T03:04:05Z", "versions": 1}],
        "next_page_token": ""}));
    answered::<Versions>(json!({"versions": [
        {"version": "v1", "digest": "d", "size": 3, "deleted": false, "stable": true,
         "state": "released", "rolled_back_by": "", "written_at": null, "author": "a",
         "principal": "p", "message": "m", "sequence": 7,
         "released_at": "2026-01-02T03:04:05Z", "released_by": "p", "release_author": "a",
         "rollout": "r1"}], "next_page_token": "t"}));
    answered::<Written>(json!({"app": "orders", "profile": "prod", "label": "main",
        "path": "orders-prod.yml", "version": "v1", "digest": "d", "token": "s:7",
        "created": true}));
    answered::<Deleted>(json!({"app": "orders", "profile": "prod", "label": "main",
        "version": "v1", "token": "s:7"}));
    answered::<Diff>(
        json!({"from": "v1", "to": "v2", "patch": [{"op": "remove", "path": "/a"}],
        "from_content": "a: 1\n", "to_content": ""}),
    );
}

fn assignment() -> Value {
    json!({"split": "r1", "change": "v2", "generation": 3, "arm": "canary", "unit": "subject",
        "forced": true})
}

#[test]
fn what_an_application_gets_is_written_as_it_is_read() {
    let sources = json!([{"path": "orders.yml", "version": "v1"}]);
    answered::<Effective>(
        json!({"app": "orders", "profiles": ["a", "b"], "label": "main",
        "config": {"b": 1, "a": {"newer": null}}, "version": "v1", "digest": "d", "token": "s:7",
        "sources": sources, "source_age": {"source": "git", "last_success": null},
        "assignments": [assignment()], "unit": "subject", "key_from": "key_header"}),
    );
    answered::<ConfigChange>(
        json!({"old_version": "v1", "new_version": "v2", "patch": [],
        "digest": "d", "token": "s:8", "sources": sources, "assignments": [assignment()]}),
    );
    let origin = json!({"path": "orders.yml", "document": 0, "version": "v1", "line": 3,
        "column": 5});
    let mut explained = assignment();
    explained["percentage"] = json!(5.0);
    explained["bucket"] = Value::Null;
    answered::<Explanation>(json!({"version": "v1", "token": "s:7", "values": [
            {"key": "a.b", "value": [1, 2.50], "origin": origin,
             "hidden": [{"value": "x", "origin": origin}]}],
        "considered": [{"path": "orders.yml", "version": ""}], "assignments": [explained]}));
}

#[test]
fn numbers_of_any_size_are_kept_in_a_configuration() {
    let text = r#"{"a":123456789012345678901234567890.10}"#;
    let json: Json = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&json).unwrap(), text);
    assert_eq!(Value::from(&json).to_string(), text);
    assert_eq!(Json::default().get(), "null");
    assert!(Json::from_slice(b"{").is_err());
}

#[test]
fn keys_are_written_as_they_are_read() {
    let key = json!({"id": "0123456789abcdef", "name": "ci",
        "grants": [{"role": "reader", "scopes": ["payments/**"]}], "state": "active",
        "created_at": "2026-01-02T03:04:05Z", "expires_at": null, "revoked_at": null,
        "rotated_from": "", "created_by": "key:root"});
    answered::<Keys>(json!({"keys": [key], "next_page_token": "", "token": "s:7"}));
    answered::<KeyAnswer>(json!({"description": key, "token": "s:7"}));
    answered::<KeyCreated>(
        json!({"description": key, "key": "vx_…", "token": "s:7", "shown_before": false}),
    );
    answered::<KeyRotated>(
        json!({"description": key, "key": "", "old": key, "token": "s:7",
        "shown_before": true}),
    );
    answered::<KeyRevoked>(json!({"description": null, "token": "s:7"}));
    round_trip::<NewKey>(
        &json!({"name": "ci", "grants": key["grants"], "expires": "90d",
        "id": null, "sha256": null, "request_id": "q"}),
    );
    assert!(serde_json::from_str::<KeyGrant>(r#"{"role": "reader"}"#).is_err());
}

#[test]
fn sources_and_splits_are_written_as_they_are_read() {
    answered::<Sources>(json!({"sources": [
        {"name": "main", "state": "not_configured", "kind": "git", "location": "https://x",
         "release": "rollout", "last_success": null, "last_attempt": "2026-01-02T03:04:05Z",
         "error": "away",
         "labels": [{"label": "main", "commit": "c", "served_commit": "b",
                     "awaits_rollout": true, "pending_commit": "d",
                     "pending_reason": "SOURCE_SHRANK", "pending_detail": "x",
                     "pending_rollout": "r1", "pending_freeze": "f1"}],
         "defects": [{"label": "main", "path": "a.yml", "reason": "FILE_SKIPPED",
                      "detail": "x"}],
         "more_defects": 4}], "next_page_token": ""}));
    answered::<Detached>(json!({"labels": ["main"]}));
    answered::<Notified>(json!({"sources": ["main"]}));
    let split = json!({"id": "r1", "label": "main", "change": "v2", "change_sequence": 7,
        "percentage": 5.0, "unit": "instance", "generation": 3, "state": "detached",
        "paths": ["orders.yml"], "moved_at": null, "ended_by": "me", "end_reason": "why",
        "include": ["a"], "exclude": ["b"]});
    answered::<Splits>(json!({"splits": [split], "next_page_token": "", "token": "s:7"}));
    answered::<SplitAnswer>(json!({"split": split, "token": "s:7"}));
}

fn gate() -> Value {
    json!({"gate": "errors", "name": "", "app": "orders", "verdict": "fail", "detail": "8% above 5%",
        "canary": 0.08, "stable": null, "threshold": 0.05, "canary_requests": 100,
        "stable_requests": 900, "p_value": 0.001,
        "canary_instances": {"instances": 4, "failed": 3, "silent": 2, "restarting": 1},
        "stable_instances": null})
}

fn keys() -> Value {
    json!({"canary": 3, "stable": 9, "canary_percentage": 25.0, "p_value": null, "warning": ""})
}

fn analysis() -> Value {
    let figures = json!({"app": "orders", "arm": "canary", "requests": 9, "errors": 1,
        "latency_p50": "12ms", "latency_p99": null});
    json!({"slices": [{"number": 4, "stage_index": 1, "started_at": null,
                "closed_at": "2026-01-02T03:04:05Z", "verdict": "no_data", "gates": [gate()]}],
        "consecutive_failures": 1, "failures": 2, "inconclusive": 3, "no_data": 4,
        "shared_outages": 1, "passes": 6, "unanswered": 5,
        "open": [figures], "total": [figures], "holds_because": "why", "keyless_reads": 0.5,
        "keys": keys()})
}

fn query() -> Value {
    json!({"name": "rate", "provider": "main", "query": "1", "min": null, "max": 0.05,
        "min_ratio": null, "max_ratio": 1.5, "margin": null, "no_value": "ignore"})
}

fn rollout() -> Value {
    let mut rollout = json!({"id": "r1", "state": "running",
        "stage": {"index": 1, "name": "all", "percentage": 100.0}, "share_in_force": 5.0,
        "share_reason": "why", "label": "main", "change": "v2", "change_sequence": 7,
        "paths": ["orders.yml"], "apps": ["orders"], "from_version": "v1", "strategy": "custom",
        "stages": [{"name": "few", "percentage": 5.0, "min_duration": "5m"},
                   {"name": "all", "percentage": 100.0, "min_duration": null}],
        "unit": "instance", "auto_promote": true, "auto_rollback": false,
        "on_failure": "pause", "resume_after_passes": 3,
        "thresholds": {"min_success_rate": 0.99, "max_error_rate": 0.05,
            "max_latency_ratio": 1.5, "max_latency_p99": "300ms", "min_requests": 100,
            "errors_baseline": "both", "latency_baseline": null},
        "analysis": {"interval": "30s", "consecutive_failures": 2, "max_failures": 5,
            "inconclusive_limit": 10, "no_data_limit": null},
        "description": "why", "principal": "me", "created_at": "2026-01-02T03:04:05Z",
        "updated_at": null, "stage_since": null, "generation": 3, "effect": "pending",
        "effect_error": "away", "reason": "why", "reverts": "r0", "revision": 9, "source": "git",
        "keys": keys(), "include": ["a"], "exclude": ["b"], "min_instances": 1,
        "share_raised_for": 1});
    rollout["queries"] = json!([query()]);
    rollout["webhooks"] = json!([{"name": "gate", "url": "https://gate.example.com/"}]);
    rollout
}

#[test]
fn rollouts_are_written_as_they_are_read() {
    answered::<Rollout>(rollout());
    answered::<Rollouts>(json!({"rollouts": [rollout()], "next_page_token": ""}));
    answered::<AnalysisStatus>(analysis());
    answered::<FollowedRollout>(json!({"rollout": rollout(), "analysis": analysis(),
        "time": "2026-01-02T03:04:05Z"}));
    answered::<RolloutAudit>(json!({"entries": [
        {"number": 3, "time": null, "principal": "me", "action": "promote", "from_state": null,
         "to_state": "running", "from_stage": 0, "to_stage": 1, "percentage": 5.0,
         "share_reason": "raised", "reason": "why", "evidence": [gate()], "generation": 3,
         "changes": [{"setting": "max_error_rate", "from": "0.05", "to": "0.08"}]}],
        "next_page_token": ""}));
    answered::<ReportTaken>(json!({"repeated": true, "generation": 3, "ignored_fields": 2}));
    answered::<Breaker>(json!({"open": true, "opened_at": null,
        "rollbacks": [{"id": "r1", "time": "2026-01-02T03:04:05Z"}], "max_rollbacks": 3,
        "window": "1h", "reset_by": "me", "reset_at": null}));
}

#[test]
fn requests_are_written_as_they_are_read() {
    round_trip::<NewChange>(&json!({"label": "main", "version": "v2", "message": null,
        "author": null, "stage_only": true, "request_id": "q",
        "documents": [{"path": "a.yml", "content": "a: 1", "media_type": null, "delete": null}]}));
    let plan = rollout();
    round_trip::<NewRollout>(&json!({"change": null, "app": "orders", "profile": "prod",
        "label": null, "from_version": "v1", "to_version": "v2", "strategy": "custom",
        "stages": plan["stages"], "unit": "subject", "auto_promote": false,
        "auto_rollback": null, "on_failure": "pause", "resume_after_passes": 3,
        "thresholds": plan["thresholds"], "analysis": plan["analysis"],
        "description": null, "apps": ["orders"], "include": ["a"], "exclude": ["b"],
        "min_instances": 2, "queries": plan["queries"], "webhooks": plan["webhooks"], "start": true, "force": null, "reason": "why",
        "request_id": "q"}));
    round_trip::<RolloutEdit>(&json!({"thresholds": plan["thresholds"],
        "analysis": plan["analysis"], "on_failure": "rollback", "resume_after_passes": null,
        "reason": "why", "request_id": "q"}));
    round_trip::<Approval>(&json!({"label": "main", "commit": "c"}));
    let report = json!({"arm": "canary", "version": null, "requests": 9, "errors": 1,
        "latencies_ms": [12.5], "sketch": null, "app": "orders", "profile": null,
        "generation": 3, "window_start": "2026-01-02T03:04:05Z", "window_end": null,
        "request_id": null});
    let one = round_trip::<ArmReport>(&report);
    assert_eq!(
        round_trip::<ArmReports>(&report),
        ArmReports::One(Box::new(one.clone()))
    );
    assert_eq!(
        round_trip::<ArmReports>(&json!([report])),
        ArmReports::Many(vec![one])
    );
}

/// A stage is of both a request and an answer, so that what it can't be without is asked for.
#[test]
fn a_stage_has_a_percentage_and_may_have_more() {
    let read = serde_json::from_str::<RolloutStage>;
    assert_eq!(
        read(r#"{"percentage": 5, "newer": 1}"#).unwrap().percentage,
        5.0
    );
    assert!(read(r#"{"name": "few"}"#).is_err());
}

#[test]
fn problems_have_members_of_their_own() {
    answered::<Problem>(
        json!({"type": "t", "title": "Wrong", "status": 400, "code": "WRONG",
        "detail": "d", "request_id": "q", "errors": [{"field": "a", "detail": "is empty"}]}),
    );
    let problem: Problem = serde_json::from_str(r#"{"code":"WRONG","line":3}"#).unwrap();
    assert_eq!((problem.code.as_str(), problem.errors), ("WRONG", None));
}

#[test]
fn what_spring_reads_may_have_more_members() {
    let environment: Environment =
        serde_json::from_value(json!({"name": "orders", "propertySources":
        [{"name": "orders.yml", "source": {"b": 1, "a": "x"}, "newer": true}]}))
        .unwrap();
    let [source] = environment.property_sources.as_slice() else {
        panic!("{environment:?}")
    };
    assert_eq!(source.source.keys().collect::<Vec<_>>(), ["b", "a"]);
}

#[track_caller]
fn named<T: Contract + Name>() {
    for name in T::KNOWN {
        let read = round_trip::<T>(&json!(name));
        assert_ne!(format!("{read:?}"), format!("Other({name:?})"));
        assert_eq!(read.as_str(), *name);
    }
    let newer = round_trip::<T>(&json!("newer than this"));
    assert_eq!(newer.as_str(), "newer than this");
    assert_eq!(format!("{newer:?}"), "Other(\"newer than this\")");
    assert!(serde_json::from_str::<T>("3").is_err());
}

#[test]
fn a_name_that_is_newer_is_kept_as_it_came() {
    named::<Arm>();
    named::<ChangeState>();
    named::<KeyFrom>();
    named::<KeyState>();
    named::<ReleasePolicy>();
    named::<RolloutEffect>();
    named::<RolloutState>();
    named::<RolloutStrategy>();
    named::<SourceState>();
    named::<SplitState>();
    named::<Unit>();
    named::<Verdict>();
    let newer: RolloutState = serde_json::from_str("\"waiting\"").unwrap();
    assert_eq!(format!("[{newer:<10}]"), "[waiting   ]");
    assert!(!newer.is_end() && RolloutState::RolledBack.is_end());
}

#[test]
fn heartbeats_are_written_as_they_are_read() {
    let beat = json!({"app": "orders", "profile": "eu,prod", "label": "main",
        "instance_id": "i-1", "boot_id": 7, "sequence": 9, "version": "v2", "token": "s:7",
        "assignments": [assignment()], "status": "degraded",
        "refused": {"version": "v3", "error": "no"},
        "metrics": [{"split": "r1", "generation": 3, "arm": "canary", "requests": 9, "errors": 1,
                     "latencies_ms": [1.5], "sketch": "AA=="},
                    {"version": "v2", "requests": 1, "errors": 0}],
        "metadata": {"host": "h", "namespace": "n", "zone": "z", "app_version": "1"},
        "sent_at": "2026-01-02T03:04:05Z"});
    let read = round_trip::<Heartbeat>(&beat);
    let newer = with_unknown_members(beat);
    assert_eq!(serde_json::from_value::<Heartbeat>(newer).unwrap(), read);
    round_trip::<Heartbeat>(&json!({"instance_id": "i-1", "error": "no"}));
    let bare = json!({"instance_id": "i-1", "label": null, "metrics": null});
    let bare: Heartbeat = serde_json::from_value(bare).unwrap();
    assert_eq!(
        serde_json::to_value(bare).unwrap(),
        json!({"instance_id": "i-1"})
    );
}

#[test]
fn what_became_of_heartbeats_is_written_as_it_is_read() {
    let reply = json!({"next_interval": "30s", "jitter": "3s", "expected_version": "v2",
        "expected_assignments": [assignment()], "drift": true, "resend_full": false,
        "fetch": true});
    answered::<HeartbeatReply>(reply.clone());
    let refused = json!({"code": "RATE_LIMITED", "detail": "no", "retry_after": "2s"});
    answered::<RefusedHeartbeat>(refused.clone());
    let results = round_trip::<Vec<HeartbeatResult>>(&json!([reply, refused]));
    assert!(matches!(
        &results[..],
        [HeartbeatResult::Taken(_), HeartbeatResult::Refused(_)]
    ));
}

#[test]
fn drift_is_written_as_it_is_read() {
    let fleet = json!({"app": "orders", "profile": "prod", "label": "main", "total": 9,
        "states": {"in_sync": 1, "canary": 2, "pending": 3, "drifted": 4, "failed": 5,
            "unknown_version": 6, "ahead": 7, "stale": 8},
        "drift_ratio": 0.5, "alerting": true, "alert": "a1", "silenced_until": null,
        "expiry_suspended": false});
    answered::<Fleets>(json!({"fleets": [fleet], "next_page_token": "t"}));
    let mut one = fleet;
    let more = json!({"expected": [{"version": "v2", "arms": [assignment()], "share": 5.0}],
        "versions": [{"version": "v1", "state": "lost", "instances": 3}],
        "drifted": [{"instance_id": "i", "state": "drifted", "version": "v1",
            "expected_version": "v2", "since": null, "last_seen": "2026-01-02T03:04:05Z",
            "error": ""}], "next_page_token": "t"});
    one.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    answered::<FleetDrift>(one);
    let instance = json!({"app": "orders", "profile": "prod", "label": "main",
        "instance_id": "i", "state": "unknown_version", "since": null, "version": "v1",
        "expected_version": "v2", "assignments": [assignment()], "status": "stopping",
        "refused": null, "last_seen": null, "boot_id": 7,
        "metadata": {"host": "h", "namespace": "", "zone": "", "app_version": ""},
        "shared_id": true});
    answered::<Instance>(instance.clone());
    answered::<Instances>(json!({"instances": [instance], "next_page_token": ""}));
    answered::<Remediated>(json!({"asked": 1, "asked_before": 2, "skipped": 3}));
    round_trip::<Remediation>(&json!({"instances": ["i"]}));
    assert!(serde_json::from_value::<Remediation>(json!({"instance": ["i"]})).is_err());
}

#[test]
fn alerts_are_written_as_they_are_read() {
    let alert = json!({"id": "a1", "app": "orders", "profile": "prod", "label": "main",
        "cause": "silence", "state": "resolved", "expected_version": "v2", "worst": 3,
        "instances": 2, "total": 9, "started_at": "2026-01-02T03:04:05Z",
        "resolved_at": "2026-01-02T03:05:05Z", "acknowledged_by": "ada",
        "acknowledged_at": null, "comment": "c"});
    answered::<Alert>(alert.clone());
    answered::<Alerts>(json!({"alerts": [alert], "next_page_token": ""}));
    let silence = json!({"app": "orders", "profile": "prod", "label": "main", "until": null,
        "author": "ada", "reason": "r"});
    answered::<SilenceAnswer>(json!({ "silence": silence }));
    round_trip::<NewSilence>(&json!({"duration": "2h", "reason": "r", "author": "ada"}));
    assert!(serde_json::from_value::<NewSilence>(json!({})).is_err());
}
