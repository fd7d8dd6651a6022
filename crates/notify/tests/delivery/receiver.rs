//! A receiver of webhooks.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

/// How long something is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How a request is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reply {
    Status(u16),
    /// With what a header says.
    With(u16, &'static str, &'static str),
    /// Never.
    Hang,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// Whether the sender was told that it was taken.
    pub(crate) taken: bool,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        let header = self.headers.get(name);
        header.map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn id(&self) -> String {
        self.header(vortex_notify::DELIVERY).to_owned()
    }
}

/// What it has got, and will answer: 204 where nothing else is said.
#[derive(Clone)]
pub(crate) struct Receiver {
    got: watch::Sender<Vec<Got>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    pub(crate) address: SocketAddr,
}

impl Receiver {
    /// A receiver with an address that nobody listens at yet.
    pub(crate) async fn away() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            got: watch::Sender::default(),
            replies: Arc::default(),
            address: listener.local_addr().unwrap(),
        }
    }

    /// One that listens.
    pub(crate) async fn listening() -> Self {
        let receiver = Self::away().await;
        receiver.listen().await;
        receiver
    }

    pub(crate) async fn listen(&self) -> JoinHandle<()> {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let router = Router::new().fallback(take).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() })
    }

    /// The next requests are answered so.
    pub(crate) fn reply(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.borrow().clone()
    }

    /// The ids of what was taken, in order, repeats left out.
    pub(crate) fn taken(&self) -> Vec<String> {
        let taken = self.got().into_iter().filter(|got| got.taken);
        let mut ids: Vec<_> = taken.map(|got| got.id()).collect();
        ids.dedup();
        ids
    }

    /// Waits for what came to be like this.
    pub(crate) async fn until(&self, holds: impl Fn(&[Got]) -> bool) {
        let mut got = self.got.subscribe();
        let waited = got.wait_for(|got| holds(got));
        let waited = tokio::time::timeout(PATIENCE, waited).await;
        drop(waited.expect("it comes in time").unwrap());
    }

    /// Waits for so many requests, of whatever kind.
    pub(crate) async fn requests(&self, count: usize) {
        self.until(|got| got.len() >= count).await;
    }

    /// Waits until an event was taken.
    pub(crate) async fn takes(&self, id: &str) {
        self.until(|got| got.iter().any(|got| got.taken && got.id() == id))
            .await;
    }
}

async fn take(
    State(receiver): State<Receiver>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let reply = receiver.replies.lock().unwrap().pop_front();
    let reply = reply.unwrap_or(Reply::Status(204));
    let taken = matches!(reply, Reply::Status(200..=299));
    receiver.got.send_modify(|got| {
        got.push(Got {
            path: uri.path().to_owned(),
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
            taken,
        });
    });
    let status = |status| StatusCode::from_u16(status).unwrap();
    match reply {
        Reply::Status(code) => status(code).into_response(),
        Reply::With(code, name, value) => (status(code), [(name, value)]).into_response(),
        Reply::Hang => std::future::pending().await,
    }
}
