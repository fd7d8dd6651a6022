//! Who may do what, complete: every RPC and every REST route, each in every way not to be known, and
//! as every role within its scope and beyond it. What there is comes from the descriptors and the
//! OpenAPI document, so whatever is new fails here until its table has a line for it.

mod catalogue;
mod credentials;
mod denials;
mod expected;
mod holders;
mod infrastructure;
mod routes;
mod rpcs;
mod scene;
mod secrets;
mod wire;
mod world;

use std::collections::BTreeSet;

use futures::{StreamExt as _, stream};
use serde_json::Value;
use vortex_tests::Mode;

use catalogue::{Described, methods};
use routes::{Route, routes};
use rpcs::rpcs;
use scene::Scene;

/// Calls that are judged at once.
const AT_ONCE: usize = 8;

#[test]
fn every_rpc_has_a_line_that_agrees_with_its_descriptor() {
    let described = methods();
    let table = rpcs();
    let listed: BTreeSet<&str> = table.iter().map(|rpc| rpc.path).collect();
    assert_eq!(listed.len(), table.len(), "a method has two lines");
    let there_are: BTreeSet<&str> = described.keys().map(String::as_str).collect();
    let missing: Vec<_> = there_are.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "no line in the table of RPCs: {missing:?}"
    );
    let surplus: Vec<_> = listed.difference(&there_are).collect();
    assert!(surplus.is_empty(), "there is no such RPC: {surplus:?}");
    for rpc in table {
        let (role, place) = (rpc.needs.role, rpc.needs.place);
        assert_eq!(
            described[rpc.path],
            Described { role, place },
            "{}",
            rpc.path
        );
    }
}

pub(super) async fn nobody_gets_more_than_they_may(mode: Mode) {
    let scene = Scene::set(mode).await;
    let routes = routes();
    every_route_has_a_line(&scene, &routes).await;
    infrastructure::is_open_only_as_far_as_it_should(&scene).await;
    infrastructure::health_names_nothing_to_strangers(&scene).await;
    infrastructure::no_spelling_opens_a_path(&scene).await;
    // first whatever changes nothing, as it is refused
    let rpcs = rpcs();
    let strangers = rpcs.iter().map(|rpc| scene.refuses_strangers(rpc));
    all(strangers).await;
    all(routes.iter().map(|route| scene.refuses_strangers_at(route))).await;
    all(rpcs.iter().map(|rpc| scene.denies(rpc))).await;
    all(routes.iter().map(|route| scene.denies_at(route))).await;
    denials::say_what_would_do(&scene, &rpcs, &routes).await;
    let reading = rpcs::reading();
    all(reading.iter().map(|rpc| scene.lets_in(rpc))).await;
    let reads = routes.iter().filter(|route| route.reads());
    all(reads.map(|route| scene.lets_in_at(route))).await;
    // then whatever changes something, in order
    for rpc in rpcs::changing() {
        scene.lets_in(&rpc).await;
    }
    for route in routes.iter().filter(|route| !route.reads()) {
        scene.lets_in_at(route).await;
    }
    infrastructure::tells_no_secret(scene, mode).await;
}

/// Runs checks side by side.
async fn all(checks: impl Iterator<Item = impl Future<Output = ()>>) {
    stream::iter(checks)
        .buffer_unordered(AT_ONCE)
        .collect::<()>()
        .await;
}

/// The table has exactly the routes that the gateway's document describes.
async fn every_route_has_a_line(scene: &Scene, routes: &[Route]) {
    let document = scene.mesh.get("/api/openapi.json").await.json();
    let mut there_are = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let methods: &serde_json::Map<String, Value> = methods.as_object().unwrap();
        let methods = methods.keys().map(|method| method.to_uppercase());
        let methods =
            methods.filter(|m| ["GET", "PUT", "POST", "DELETE", "PATCH"].contains(&m.as_str()));
        there_are.extend(methods.map(|method| format!("{method} {path}")));
    }
    let listed: BTreeSet<String> = routes.iter().map(Route::name).collect();
    assert_eq!(listed.len(), routes.len(), "a route has two lines");
    let missing: Vec<_> = there_are.difference(&listed).collect();
    assert!(
        missing.is_empty(),
        "no line in the table of routes: {missing:?}"
    );
    let surplus: Vec<_> = listed.difference(&there_are).collect();
    assert!(surplus.is_empty(), "there is no such route: {surplus:?}");
}
