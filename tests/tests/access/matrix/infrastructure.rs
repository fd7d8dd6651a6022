//! What is not of any application: health, reflection and metrics; and what processes print.

use tonic::Code;
use vortex_tests::{Mode, ServiceName, run_in};

use super::{
    holders::Scope,
    scene::{Scene, admin},
    secrets::Secrets,
    wire::{ask, call},
    world::{FOREIGN, OWN},
};

/// `grpc.reflection.v1.ServerReflectionRequest { list_services: "" }`
const LIST: [u8; 2] = [0x3a, 0];

/// Health is for anybody, reflection and metrics for whoever has a key.
pub(super) async fn is_open_only_as_far_as_it_should(scene: &Scene) {
    let reflection = [
        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ];
    for service in [ServiceName::Config, ServiceName::Rollout] {
        let place = scene.mesh.services[service];
        for bad in &scene.bad {
            for method in ["Check", "Watch"] {
                let path = format!("grpc.health.v1.Health/{method}");
                let healthy = call(place.grpc, &path, Vec::new(), &bad.headers).await;
                assert!(
                    healthy.is_ok(),
                    "{service} {path} with {}: {healthy:?}",
                    bad.name
                );
            }
            for path in reflection {
                let refused = call(place.grpc, path, LIST.into(), &bad.headers).await;
                let code = refused.as_ref().err().map(|status| status.code());
                let case = format!("{service} {path} with {}: {refused:?}", bad.name);
                assert_eq!(code, Some(Code::Unauthenticated), "{case}");
            }
            let metrics = ask(place.admin, "GET", "/metrics", None, &bad.headers).await;
            assert_eq!(metrics.status, 401, "{service} with {}", bad.name);
        }
        for holder in &scene.holders {
            for path in reflection {
                let listed = call(place.grpc, path, LIST.into(), &holder.headers()).await;
                assert!(listed.is_ok(), "{service} {path} as {holder:?}: {listed:?}");
            }
            let metrics = ask(place.admin, "GET", "/metrics", None, &holder.headers()).await;
            assert_eq!(metrics.status, 200, "{service} as {holder:?}");
        }
    }
}

/// Whether all is well is told to anybody, and what of, to who may read everything.
pub(super) async fn health_names_nothing_to_strangers(scene: &Scene) {
    let names = [OWN, FOREIGN].map(str::to_owned);
    let tells = |text: &str| names.iter().any(|name| text.contains(name));
    // the freezes, which the gateway asks for now and then
    let told = scene
        .mesh
        .get_until("/health", |answer| tells(&answer.text()));
    told.await;
    for address in scene.ports() {
        for bad in &scene.bad {
            let answer = ask(address, "GET", "/health", None, &bad.headers).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.json()["status"], "ready");
            assert!(
                !tells(&answer.text()),
                "with {}: {}",
                bad.name,
                answer.text()
            );
        }
        for holder in &scene.holders {
            let answer = ask(address, "GET", "/health", None, &holder.headers()).await;
            let text = answer.text();
            let reads = !["agent", "peer"].contains(&holder.role);
            let may = reads && holder.scope == Scope::Everything;
            assert!(may || !tells(&text), "as {holder:?}: {text}");
        }
    }
}

/// Other spellings of paths that need a key, some of which servers take for the same.
const SPELLINGS: [&str; 12] = [
    "/%6Detrics",
    "//metrics",
    "/metrics/",
    "/./metrics",
    "/health/../metrics",
    "/metrics?public=metrics",
    "/metrics;/health/live",
    "/health/live/../../api/keys",
    "/api/%6Beys",
    "/api//keys",
    "/api/openapi.json/../keys",
    "/API/keys",
];

/// However a path is spelled, nobody gets by it what they don't get by its name.
pub(super) async fn no_spelling_opens_a_path(scene: &Scene) {
    for address in scene.ports() {
        for path in SPELLINGS {
            for method in ["GET", "HEAD", "POST", "OPTIONS"] {
                let answer = ask(address, method, path, None, &[]).await;
                let text = answer.text();
                let is_kept = !text.contains("vortex_") && !text.contains("grants");
                assert!(
                    is_kept && answer.status != 200,
                    "{method} {address}{path}: {answer:?}"
                );
            }
        }
    }
}

/// Neither metrics, nor anything that a process printed, nor its settings hold a secret.
pub(super) async fn tells_no_secret(scene: Scene, mode: Mode) {
    let admin = admin(&scene.mesh);
    for address in scene.ports() {
        let metrics = ask(address, "GET", "/metrics", None, &admin).await;
        assert_eq!(metrics.status, 200, "{}", metrics.text());
        assert!(
            metrics.text().contains("vortex_access_refused_total"),
            "{}",
            metrics.text()
        );
        scene.secrets.are_not_in("/metrics", &metrics.body);
    }
    let health = ask(scene.mesh.http, "GET", "/health", None, &admin).await;
    scene.secrets.are_not_in("/health", &health.body);
    for (name, said) in scene.mesh.stop_and_tell() {
        assert!(!said.is_empty(), "{name} said nothing");
        scene
            .secrets
            .are_not_in(&format!("the output of {name}"), said.as_bytes());
    }
    if mode == Mode::Many {
        settings_are_hidden();
    }
}

/// What keys a process is given stands in no form of its settings.
fn settings_are_hidden() {
    let made = run_in("vortex", &["key", "generate"], &[]);
    let key = made.out.trim();
    let secrets = Secrets::of([key]);
    let given =
        ["VORTEX_KEY", "VORTEX_SERVICE_KEY", "VORTEX_BOOTSTRAP_KEY"].map(|name| (name, key));
    for arguments in [
        &["config-svc"][..],
        &["rollout-svc"],
        &["gateway"],
        &["vortex", "up"],
    ] {
        for format in ["--dump-config", "--dump-config=json"] {
            let more = [&arguments[1..], &["--require-keys", format]].concat();
            let dumped = run_in(arguments[0], &more, &given);
            assert_eq!(dumped.code, 0, "{arguments:?}: {dumped:?}");
            secrets.are_not_in(arguments[0], dumped.out.as_bytes());
            secrets.are_not_in(arguments[0], dumped.err.as_bytes());
        }
    }
}
