//! Documents and all else of config-svc.

use serde_json::json;

use super::super::rpcs::id_of;
use super::{Asked, Route, asked, route, sent, sent_text};

pub(super) fn reads() -> Vec<Route> {
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

pub(super) fn writes() -> Vec<Route> {
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
