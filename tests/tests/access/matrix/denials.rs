//! A denial says what would do.

use std::fs;

use serde_json::Value;
use tonic::Code;
use vortex_kit::error::Fault;
use vortex_tests::{Mesh, run};

use super::{
    expected::Where,
    holders::{Scope, bearer},
    routes::{Opens, Route},
    rpcs::Rpc,
    scene::Scene,
};

/// Methods that each need another role, of which requests are made that are denied for their scope.
const METHODS: [&str; 5] = [
    "/GetDocument",
    "/PutDocument",
    "/PauseRollout",
    "/ReportMetrics",
    "/GetKey",
];

/// Takes each denial at its word: a key of the role and scope that it names lets the call in.
pub(super) async fn say_what_would_do(scene: &Scene, rpcs: &[Rpc], routes: &[Route]) {
    for name in METHODS {
        let rpc = rpcs.iter().find(|rpc| rpc.path.ends_with(name)).unwrap();
        let (needs, foreign) = (rpc.needs, &scene.worlds[1]);
        assert_eq!(needs.place, Where::Named, "{name}");
        let mut holders = scene.holders.iter();
        let holder = holders.find(|holder| holder.role == needs.role && holder.scope == Scope::Own);
        let holder = holder.unwrap().headers();
        let denied = scene.call(rpc, foreign, &holder).await.unwrap_err();
        let fault = Fault::from_status(&denied);
        let said = |what: &str| fault.metadata()[what].clone();
        let (role, scope) = (said("role"), said("scope"));
        assert_eq!(role, needs.role, "{denied:?}");
        assert!(denied.message().contains(&scope), "{denied:?}");
        // REST says the same
        if let Some(route) = routes
            .iter()
            .find(|route| route.opens() == Opens::For(needs))
        {
            let answer = scene.ask(route, foreign, &holder).await;
            let told: Value = answer.json();
            assert_eq!(told["role"], role, "{told}");
            assert!(told["scope"].is_string(), "{told}");
        }
        let key = create(&scene.mesh, &role, &scope);
        let answer = scene.call(rpc, foreign, &bearer(&key)).await;
        let code = answer.as_ref().err().map(|status| status.code());
        let denied = [Code::PermissionDenied, Code::Unauthenticated].map(Some);
        assert!(!denied.contains(&code), "{name}: {answer:?}");
    }
}

/// A key that the command makes.
fn create(mesh: &Mesh, role: &str, scope: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    fs::write(&file, mesh.key.as_ref().unwrap()).unwrap();
    let server = format!("http://{}", mesh.http);
    let file = file.to_str().unwrap();
    let name = format!("would-do-as-{role}");
    let made = run(
        "vortex",
        &[
            "--server",
            &server,
            "--api-key-file",
            file,
            "key",
            "create",
            "--role",
            role,
            "--scope",
            scope,
            "--name",
            &name,
        ],
    );
    assert_eq!(made.code, 0, "{made:?}");
    made.out.trim().to_owned()
}
