//! Who may read what a view says: those whom config-svc would answer.

use std::sync::Arc;

use vortex_access::{ApiKey, Grant, StoredKey};
use vortex_kit::{
    access::{HeldKeys, Role},
    clock::System,
    process::Runtime,
    settings::{AccessSettings, CallerLimits},
};

use super::{PATH, serve};
use crate::{
    client::Answer,
    mesh::{Mesh, Way, settings, start_on},
};

/// A gateway that knows some keys, each by the scope that it may read.
async fn guarded(limits: CallerLimits) -> (Mesh, impl Fn(u8, &str) -> String) {
    let access = AccessSettings {
        require_keys: true,
        limits,
        ..AccessSettings::default()
    };
    let runtime = Runtime::guarded("gateway", "0.0.0", System::shared(), access);
    let held = Arc::<HeldKeys>::default();
    held.replace([], runtime.clock.monotonic());
    runtime.gate.know(held.clone());
    let clock = runtime.clock.clone();
    let mesh = start_on(runtime, settings(), Way::InProcess).await;
    serve(&mesh, 7);
    let issue = move |number: u8, scope: &str| {
        let key = ApiKey::from_random([number; 10], [number; 32]);
        let name = format!("key-{number}").parse().unwrap();
        let grants = vec![Grant::parse(Role::Reader, [scope]).unwrap()];
        let stored = StoredKey::issue(&key, name, grants, clock.now(), None);
        held.put(stored.unwrap());
        format!("X-API-Key: {}", key.expose())
    };
    (mesh, issue)
}

async fn get(mesh: &Mesh, path: &str, key: &str) -> Answer {
    mesh.send(&format!("GET {path}"), &[key], "").await
}

/// Reads until a view is held.
async fn hold(mesh: &Mesh, key: &str) {
    loop {
        let asked = mesh.service.calls("get_config");
        assert_eq!(get(mesh, PATH, key).await.status, 200);
        if mesh.service.calls("get_config") == asked {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_is_held_for_one_caller_is_not_answered_to_another_who_may_not_read_it() {
    let (mesh, issue) = guarded(CallerLimits::default()).await;
    let everything = issue(1, "**");
    let (orders, billing) = (issue(2, "orders/**"), issue(3, "billing/*"));
    let own_profile = issue(4, "orders/dev");
    hold(&mesh, &everything).await;
    let asked = mesh.service.calls("get_config");
    assert_eq!(get(&mesh, PATH, &orders).await.status, 200);
    assert_eq!(get(&mesh, PATH, &own_profile).await.status, 200);
    let denied = get(&mesh, PATH, &billing).await;
    let problem = denied.problem(403, "PERMISSION_DENIED");
    assert_eq!(problem["role"], "reader");
    let stranger = mesh.get(PATH).await;
    stranger.problem(401, "UNAUTHENTICATED");
    assert_eq!(
        mesh.service.calls("get_config"),
        asked,
        "all of it was judged here"
    );
    let metrics = mesh.runtime.metrics.render();
    let refused = r#"vortex_access_refused_total{reason="denied"} 1"#;
    assert!(metrics.contains(refused), "{metrics}");
    // watches, too
    let watch = "/api/watch/orders/dev";
    get(&mesh, watch, &billing)
        .await
        .problem(403, "PERMISSION_DENIED");
    mesh.get(watch).await.problem(401, "UNAUTHENTICATED");
    assert_eq!(mesh.service.calls("watch_config"), 0);
}

#[tokio::test]
async fn reads_from_views_count_against_what_one_caller_may_ask_for() {
    let limits = CallerLimits {
        caller_reads: 50,
        ..CallerLimits::default()
    };
    let (mesh, issue) = guarded(limits).await;
    let key = issue(1, "**");
    hold(&mesh, &key).await;
    let limited = async {
        loop {
            let answer = get(&mesh, PATH, &key).await;
            if answer.status != 200 {
                return answer;
            }
        }
    };
    let limited = tokio::time::timeout(std::time::Duration::from_secs(30), limited).await;
    limited.unwrap().problem(429, "RATE_LIMITED");
}
