//! A server that takes heartbeats, and answers what a test tells it to.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::Notify;
use vortex_sdk::{Builder, Client};

/// What becomes of a report.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It is taken.
    Reply(Value),
    /// It is refused with this status.
    Refuse(u16),
    /// It is taken, and never answered.
    Silence,
}

/// A server.
#[derive(Clone)]
pub(crate) struct Receiver {
    url: String,
    inner: Arc<Inner>,
}

struct Inner {
    reports: Mutex<Vec<Value>>,
    arrived: Notify,
    /// What becomes of the next reports; the others are taken.
    answers: Mutex<VecDeque<Answer>>,
    effective: Mutex<Value>,
}

impl Receiver {
    /// Starts one, which serves version v1.
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner {
            reports: Mutex::default(),
            arrived: Notify::new(),
            answers: Mutex::default(),
            effective: Mutex::default(),
        });
        let router = Router::new()
            .route("/heartbeat", post(take))
            .route("/api/effective/orders/prod", get(effective))
            .route("/api/watch/orders/prod", get(watch))
            .with_state(inner.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let receiver = Self { url, inner };
        receiver.serve("v1", &json!({"workers": 1}), json!([]));
        receiver
    }

    /// Settings of a client of it.
    pub(crate) fn client(&self) -> Builder {
        Client::builder(&self.url, "orders")
            .profile("prod")
            .instance_id("orders-1")
    }

    /// Says what becomes of the next report without an answer.
    pub(crate) fn answer(&self, answer: Answer) {
        self.inner.answers.lock().unwrap().push_back(answer);
    }

    /// Serves this from now on.
    pub(crate) fn serve(&self, version: &str, config: &Value, assignments: Value) {
        let digest = hex::encode(Sha256::digest(config.to_string()));
        *self.inner.effective.lock().unwrap() = json!({
            "config": config, "version": version, "digest": digest, "token": "s:1",
            "assignments": assignments,
        });
    }

    /// All reports so far.
    pub(crate) fn reports(&self) -> Vec<Value> {
        self.inner.reports.lock().unwrap().clone()
    }

    /// Waits until a report is like this, and gives all there are then.
    pub(crate) async fn until(&self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        crate::gateway::soon(async {
            loop {
                let arrived = self.inner.arrived.notified();
                let reports = self.reports();
                if reports.iter().any(&wanted) {
                    return reports;
                }
                arrived.await;
            }
        })
        .await
    }
}

async fn take(State(inner): State<Arc<Inner>>, body: Bytes) -> Response {
    let report = serde_json::from_slice(&body).unwrap();
    inner.reports.lock().unwrap().push(report);
    inner.arrived.notify_waiters();
    let answer = inner.answers.lock().unwrap().pop_front();
    let usual = || Answer::Reply(json!({"next_interval": "100ms", "jitter": "0s"}));
    match answer.unwrap_or_else(usual) {
        Answer::Reply(reply) => Json(reply).into_response(),
        Answer::Refuse(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::Silence => pending().await,
    }
}

async fn effective(State(inner): State<Arc<Inner>>) -> Json<Value> {
    Json(inner.effective.lock().unwrap().clone())
}

/// A watch in which nothing changes.
async fn watch(State(inner): State<Arc<Inner>>) -> Response {
    let data = inner.effective.lock().unwrap().to_string();
    let first = format!("event: snapshot\nid: s:1\ndata: {data}\n\n");
    let events = stream::once(async { Ok::<_, Infallible>(first) }).chain(stream::pending());
    Body::from_stream(events).into_response()
}
