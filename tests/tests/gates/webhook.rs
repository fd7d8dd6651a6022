//! Rollouts that a webhook judges.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use crate::scene::{mesh, roll_out, stage, until};

/// What a receiver answers.
#[derive(Clone, Debug)]
enum Says {
    Decision(&'static str),
    Elsewhere,
    Nothing,
}

type Shared = Arc<Mutex<Says>>;

async fn decide(State(says): State<Shared>) -> Response {
    let says = says.lock().unwrap().clone();
    match says {
        Says::Decision(decision) => axum::Json(json!({"decision": decision})).into_response(),
        Says::Elsewhere => {
            let elsewhere = [(header::LOCATION, "http://127.0.0.1:1/")];
            (StatusCode::TEMPORARY_REDIRECT, elsewhere).into_response()
        }
        Says::Nothing => std::future::pending().await,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_waits_hangs_or_sends_elsewhere_passes_nothing() {
    let says: Shared = Arc::new(Mutex::new(Says::Decision("wait")));
    let routes = Router::new()
        .route("/gate", post(decide))
        .with_state(says.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let (mesh, _folder) = mesh(&format!("webhooks:\n  hosts: ['{address}']\n"));
    stage(&mesh, 0).await;
    let gates = json!({
        "webhooks": [{"name": "smoke", "url": format!("http://{address}/gate")}],
        "analysis": {"interval": "300ms", "inconclusive_limit": 2},
    });
    let id = roll_out(&mesh, gates).await;
    for (next, why) in [
        (Says::Elsewhere, "says to wait for orders"),
        (Says::Nothing, "redirects are not followed"),
        (Says::Decision("fail"), "no whole answer within "),
    ] {
        let paused = until(&mesh, &id, "paused").await;
        let told = paused["reason"].as_str().unwrap();
        assert!(told.contains(why), "{told}");
        *says.lock().unwrap() = next;
        let path = format!("/api/rollouts/{id}/resume");
        let resumed = mesh.post(&path, &json!({"reason": "a test"})).await;
        assert_eq!(resumed.status, 200, "{}", resumed.text());
    }
    let ended = until(&mesh, &id, "rolled_back").await;
    let told = ended["reason"].as_str().unwrap();
    assert!(told.contains("webhook smoke: fails orders"), "{told}");
    mesh.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_not_allowed_is_refused() {
    let (mesh, _folder) = mesh("webhooks:\n  hosts: [gate.example.com]\n");
    stage(&mesh, 0).await;
    let body = json!({
        "app": "orders", "profile": "prod", "from_version": "v1", "to_version": "v2",
        "webhooks": [{"name": "smoke", "url": "https://elsewhere.example.com/"}],
    });
    let refused = mesh.post("/api/rollouts", &body).await;
    assert_eq!(refused.status, 400, "{}", refused.text());
    let problem = refused.json();
    assert_eq!(problem["code"], "INVALID_ARGUMENT");
    assert_eq!(problem["errors"][0]["field"], "webhooks[0].url");
    mesh.stop();
}
