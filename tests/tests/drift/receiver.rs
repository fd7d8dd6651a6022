//! Who is told of what happens, and may be away.

use std::{
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use axum::{Router, extract::State, routing::post};
use serde_json::Value;

/// What came, by its order.
#[derive(Clone, Default)]
pub(crate) struct Received(Arc<Mutex<Vec<Value>>>);

impl Received {
    pub(crate) fn kinds(&self) -> Vec<String> {
        let received = self.0.lock().unwrap();
        let kind = |event: &Value| event["kind"].as_str().unwrap().to_owned();
        received.iter().map(kind).collect()
    }
}

/// A receiver that nobody has started yet.
pub(crate) struct Receiver {
    address: SocketAddr,
}

impl Receiver {
    /// One on a port that is free, and the file that names it.
    pub(crate) fn away(folder: &Path) -> (Self, PathBuf) {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        let file = folder.join("sinks.yaml");
        let text = format!(
            "sinks:\n  - name: on-call\n    url: http://{address}/events\n    events: [alert.*]\n"
        );
        std::fs::write(&file, text).unwrap();
        (Self { address }, file)
    }

    /// Begins to take events.
    pub(crate) async fn start(self) -> Received {
        let received = Received::default();
        let routes = Router::new()
            .route("/events", post(take))
            .with_state(received.clone());
        let listener = tokio::net::TcpListener::bind(self.address).await.unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        received
    }
}

async fn take(State(received): State<Received>, body: String) {
    let event = serde_json::from_str(&body).unwrap();
    received.0.lock().unwrap().push(event);
}
