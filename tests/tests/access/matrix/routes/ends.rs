//! What ends something.

use serde_json::json;

use super::super::rpcs::id_of;
use super::{Route, asked, command, commanded, route, sent};

pub(super) fn all() -> Vec<Route> {
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
