//! Every REST route, with a request of it and the RPC that it is.

use serde_json::{Value, json};

use super::{
    expected::Needs,
    rpcs::{id_of, rpcs},
    world::{OWN, World},
};

/// A route.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) method: &'static str,
    /// The path, as the OpenAPI document has it.
    pub(super) template: &'static str,
    of: For,
    ask: fn(&World) -> Asked,
}

/// For whom a route is.
#[derive(Clone, Copy)]
enum For {
    /// Who may call this method.
    Rpc(&'static str),
    /// Who has a key of any role.
    Known,
    /// Anybody.
    Anybody,
}

/// What a route asks of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opens {
    For(Needs),
    ToAnyKey,
    ToAnybody,
}

/// A request, but for its method.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) body: Option<(&'static str, String)>,
}

impl Route {
    pub(super) fn asked(&self, world: &World) -> Asked {
        (self.ask)(world)
    }

    pub(super) fn opens(&self) -> Opens {
        match self.of {
            For::Anybody => Opens::ToAnybody,
            For::Known => Opens::ToAnyKey,
            For::Rpc(name) => {
                let rpcs = rpcs();
                let rpc = rpcs.iter().find(|rpc| rpc.path.ends_with(name));
                Opens::For(rpc.unwrap_or_else(|| panic!("there is no {name}")).needs)
            }
        }
    }

    /// Whether it changes nothing.
    pub(super) fn reads(&self) -> bool {
        self.method == "GET"
    }

    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }
}

/// All of them. What ends something comes last.
pub(super) fn routes() -> Vec<Route> {
    [
        open(),
        spring(),
        reads(),
        rollout_reads(),
        drift_reads(),
        writes(),
        rollout_writes(),
        drift_writes(),
        ends(),
    ]
    .concat()
}

fn route(
    method: &'static str,
    template: &'static str,
    rpc: &'static str,
    ask: fn(&World) -> Asked,
) -> Route {
    let of = For::Rpc(rpc);
    Route {
        method,
        template,
        of,
        ask,
    }
}

fn asked(path: impl Into<String>) -> Asked {
    let path = path.into();
    Asked { path, body: None }
}

fn sent(path: impl Into<String>, body: Value) -> Asked {
    Asked {
        path: path.into(),
        body: Some(("application/json", body.to_string())),
    }
}

fn sent_text(path: &str) -> Asked {
    Asked {
        path: path.to_owned(),
        body: Some(("text/plain", "deadbeef".to_owned())),
    }
}

fn open() -> Vec<Route> {
    let at = |of, template, ask| Route {
        method: "GET",
        template,
        of,
        ask,
    };
    vec![
        at(For::Anybody, "/", |_| asked("/")),
        at(For::Anybody, "/api/openapi.json", |_| {
            asked("/api/openapi.json")
        }),
        at(For::Anybody, "/health", |_| asked("/health")),
        at(For::Anybody, "/health/live", |_| asked("/health/live")),
        at(For::Anybody, "/health/ready", |_| asked("/health/ready")),
        at(For::Known, "/metrics", |_| asked("/metrics")),
    ]
}

fn spring() -> Vec<Route> {
    let environment = "/GetEnvironment";
    vec![
        route("GET", "/encrypt/status", "/Encrypt", |_| {
            asked("/encrypt/status")
        }),
        route("GET", "/key", "/GetPublicKey", |_| asked("/key")),
        route("GET", "/key/{app}/{profiles}", "/GetPublicKey", |_| {
            asked("/key/orders/prod")
        }),
        route("GET", "/{app}/{profiles}", environment, |w| {
            asked(format!("/{}/prod", w.app))
        }),
        route("GET", "/{app}/{profiles}/{label}", environment, |w| {
            asked(format!("/{}/prod/main", w.app))
        }),
        // in the name of the own application
        route("GET", "/{app}/{profile}/{label}/{path}", "/GetFile", |w| {
            asked(format!("/{OWN}/live/main/{}-live.yml", w.app))
        }),
        route("GET", "/{app}-{profiles}.json", environment, |w| {
            asked(format!("/{}-prod.json", w.app))
        }),
        route("GET", "/{app}-{profiles}.properties", environment, |w| {
            asked(format!("/{}-prod.properties", w.app))
        }),
        route("GET", "/{app}-{profiles}.yaml", environment, |w| {
            asked(format!("/{}-prod.yaml", w.app))
        }),
        route("GET", "/{app}-{profiles}.yml", environment, |w| {
            asked(format!("/{}-prod.yml", w.app))
        }),
        route("GET", "/{label}/{app}-{profiles}.json", environment, |w| {
            asked(format!("/main/{}-prod.json", w.app))
        }),
        route(
            "GET",
            "/{label}/{app}-{profiles}.properties",
            environment,
            |w| asked(format!("/main/{}-prod.properties", w.app)),
        ),
        route("GET", "/{label}/{app}-{profiles}.yaml", environment, |w| {
            asked(format!("/main/{}-prod.yaml", w.app))
        }),
        route("GET", "/{label}/{app}-{profiles}.yml", environment, |w| {
            asked(format!("/main/{}-prod.yml", w.app))
        }),
    ]
}

fn reads() -> Vec<Route> {
    vec![
        route("GET", "/api/changes", "/ListChanges", |_| {
            asked("/api/changes")
        }),
        route("GET", "/api/changes/{name}", "/GetChange", |w| {
            asked(format!("/api/changes/{}", w.staged()))
        }),
        route("GET", "/api/configs", "/ListDocuments", |_| {
            asked("/api/configs")
        }),
        route("GET", "/api/configs/{app}/{profile}", "/GetDocument", |w| {
            asked(format!("/api/configs/{}/default", w.app))
        }),
        route(
            "GET",
            "/api/configs/{app}/{profile}/diff",
            "/DiffVersions",
            |w| {
                let app = w.app;
                asked(format!(
                    "/api/configs/{app}/default/diff?from={app}-v1&to={app}-v2"
                ))
            },
        ),
        route(
            "GET",
            "/api/configs/{app}/{profile}/versions",
            "/ListVersions",
            |w| asked(format!("/api/configs/{}/default/versions", w.app)),
        ),
        route("GET", "/api/effective/{app}/{profile}", "/GetConfig", |w| {
            asked(format!("/api/effective/{}/prod", w.app))
        }),
        route(
            "GET",
            "/api/explain/{app}/{profile}",
            "/ExplainConfig",
            |w| asked(format!("/api/explain/{}/prod", w.app)),
        ),
        route("GET", "/api/freezes", "/ListFreezes", |_| {
            asked("/api/freezes")
        }),
        route("GET", "/api/keys", "/ListKeys", |_| {
            asked("/api/keys?page_size=1000")
        }),
        route("GET", "/api/keys/{id}", "/GetKey", |w| {
            asked(format!("/api/keys/{}", w.key))
        }),
        route("GET", "/api/overrides", "/ListOverrides", |_| {
            asked("/api/overrides")
        }),
        route(
            "GET",
            "/api/overrides/{app}/{profile}",
            "/GetOverride",
            |w| asked(format!("/api/overrides/{}/prod", w.app)),
        ),
        route("GET", "/api/sources", "/ListSources", |_| {
            asked("/api/sources")
        }),
        route("GET", "/api/sources/{name}", "/GetSource", |_| {
            asked("/api/sources/git")
        }),
        route("GET", "/api/splits", "/ListSplits", |_| {
            asked("/api/splits")
        }),
        route("GET", "/api/splits/{id}", "/GetSplit", |w| {
            asked(format!("/api/splits/{}", w.rollout))
        }),
        route("GET", "/api/status", "/ListRollouts", |_| {
            asked("/api/status")
        }),
        route("GET", "/api/timeline", "/ListEvents", |_| {
            asked("/api/timeline?page_size=1000")
        }),
        route("GET", "/api/watch/{app}/{profile}", "/WatchConfig", |w| {
            asked(format!("/api/watch/{}/prod", w.app))
        }),
    ]
}

fn rollout_reads() -> Vec<Route> {
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

fn drift_reads() -> Vec<Route> {
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

fn writes() -> Vec<Route> {
    vec![
        route("POST", "/api/changes", "/ApplyChange", |w| {
            let path = format!("{}-applied.yml", w.app);
            sent(
                "/api/changes",
                json!({"documents": [{"path": path, "content": "a: 1\n"}]}),
            )
        }),
        route("PUT", "/api/configs/{app}/{profile}", "/PutDocument", |w| {
            Asked {
                path: format!("/api/configs/{}/written", w.app),
                body: Some(("application/yaml", "written: 2\n".into())),
            }
        }),
        route(
            "PUT",
            "/api/overrides/{app}/{profile}",
            "/SetOverride",
            |w| {
                let path = format!("/api/overrides/{}/written", w.app);
                sent(path, json!({"values": {"set": true}, "expires": "1h"}))
            },
        ),
        route("POST", "/api/freezes", "/SetFreeze", |w| {
            let reason = format!("of {}", w.app);
            sent("/api/freezes", json!({"apps": [w.app], "reason": reason}))
        }),
        route("POST", "/api/keys", "/CreateKey", |w| {
            let grants = json!([{"role": "reader", "scopes": [format!("{}/**", w.app)]}]);
            let sha256 = "07".repeat(32);
            sent(
                "/api/keys",
                json!({"grants": grants, "id": id_of(w, 'c'), "sha256": sha256}),
            )
        }),
        route("POST", "/api/sources/{name}/sync", "/SyncSource", |_| {
            asked("/api/sources/git/sync")
        }),
        route(
            "POST",
            "/api/sources/{name}/approve",
            "/ApproveSource",
            |_| {
                sent(
                    "/api/sources/git/approve",
                    json!({"label": "main", "commit": "c"}),
                )
            },
        ),
        route(
            "POST",
            "/api/sources/{name}/detach",
            "/DetachSource",
            |_| asked("/api/sources/git/detach"),
        ),
        route("POST", "/encrypt", "/Encrypt", |_| sent_text("/encrypt")),
        route("POST", "/encrypt/{app}/{profiles}", "/Encrypt", |_| {
            sent_text("/encrypt/orders/prod")
        }),
        route("POST", "/decrypt", "/Decrypt", |_| sent_text("/decrypt")),
        route("POST", "/decrypt/{app}/{profiles}", "/Decrypt", |_| {
            sent_text("/decrypt/orders/prod")
        }),
        route("POST", "/monitor", "/NotifySources", |_| {
            sent("/monitor", json!({}))
        }),
    ]
}

fn rollout_writes() -> Vec<Route> {
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

fn drift_writes() -> Vec<Route> {
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

fn command(template: &'static str, rpc: &'static str, ask: fn(&World) -> Asked) -> Route {
    route("POST", template, rpc, ask)
}

fn commanded(world: &World, what: &str) -> Asked {
    asked(format!("/api/rollouts/{}/{what}", world.rollout))
}

fn ends() -> Vec<Route> {
    vec![
        command("/api/changes/{name}/undo", "/UndoChange", |w| {
            asked(format!(
                "/api/changes/{}/undo?validate_only=true",
                w.released()
            ))
        }),
        command("/api/configs/{app}/{profile}/undo", "/UndoChange", |w| {
            asked(format!(
                "/api/configs/{}/live/undo?validate_only=true",
                w.app
            ))
        }),
        command("/api/changes/{name}/release", "/ReleaseChange", |w| {
            asked(format!("/api/changes/{}/release", w.staged()))
        }),
        command(
            "/api/configs/{app}/{profile}/release",
            "/ReleaseChange",
            |w| {
                asked(format!(
                    "/api/configs/{0}/prod/release?version={0}-v3",
                    w.app
                ))
            },
        ),
        command("/api/changes/{name}/discard", "/DiscardChange", |w| {
            asked(format!("/api/changes/{}/discard", w.unwanted()))
        }),
        route(
            "DELETE",
            "/api/configs/{app}/{profile}",
            "/DeleteDocument",
            |w| asked(format!("/api/configs/{}/written", w.app)),
        ),
        route(
            "DELETE",
            "/api/overrides/{app}/{profile}",
            "/RemoveOverride",
            |w| asked(format!("/api/overrides/{}/prod", w.app)),
        ),
        route("DELETE", "/api/freezes/{id}", "/EndFreeze", |w| {
            asked(format!("/api/freezes/{}", w.freeze))
        }),
        route("DELETE", "/api/freezes", "/EndFreeze", |w| {
            asked(format!("/api/freezes?apps={}", w.app))
        }),
        command("/api/keys/{id}/rotate", "/RotateKey", |w| {
            let sha256 = "08".repeat(32);
            let path = format!("/api/keys/{}/rotate", w.key);
            sent(path, json!({"new_id": id_of(w, 'd'), "sha256": sha256}))
        }),
        command("/api/keys/{id}/revoke", "/RevokeKey", |w| {
            asked(format!("/api/keys/{}/revoke", w.key))
        }),
        command("/api/rollouts/{id}/complete", "/CompleteRollout", |w| {
            commanded(w, "complete")
        }),
        command("/api/rollouts/{id}/rollback", "/RollBackRollout", |w| {
            commanded(w, "rollback")
        }),
        route("DELETE", "/api/rollouts/{id}", "/DeleteRollout", |w| {
            asked(format!("/api/rollouts/{}", w.rollout))
        }),
    ]
}
