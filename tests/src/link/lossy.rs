//! A link that loses replies.

use std::{
    future::poll_fn,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use http_body_util::BodyExt as _;
use tonic::{
    codegen::Service as _,
    transport::{Channel, Endpoint},
};

use super::{Link, listener};

/// The replies in ten that are lost.
const LOST: u8 = 3;

/// A link that passes every call of gRPC on, and loses three in ten of the replies.
#[derive(Clone, Debug)]
pub struct Lossy {
    address: SocketAddr,
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    target: Mutex<Option<Channel>>,
    lost: AtomicUsize,
}

impl Lossy {
    /// A link of the current runtime. Nothing passes before it leads anywhere.
    pub fn new() -> Self {
        let (listener, address) = listener();
        let inner = Arc::new(Inner::default());
        let routes = Router::new().fallback(pass).with_state(inner.clone());
        // ends with the runtime
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, inner }
    }

    /// How many replies it has lost.
    pub fn lost(&self) -> usize {
        self.inner.lost.load(Relaxed)
    }
}

impl Default for Lossy {
    fn default() -> Self {
        Self::new()
    }
}

impl Link for Lossy {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn lead_to(&self, target: SocketAddr) {
        let endpoint = Endpoint::from_shared(format!("http://{target}")).expect("an address");
        let mut to = self.inner.target.lock().expect("nobody panics with it");
        *to = Some(endpoint.connect_lazy());
    }
}

async fn pass(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let target = inner.target.lock().expect("nobody panics with it").clone();
    match reply(target, request).await {
        Some(_) if fastrand::u8(..10) < LOST => {
            inner.lost.fetch_add(1, Relaxed);
            StatusCode::BAD_GATEWAY.into_response()
        }
        Some(reply) => reply,
        None => StatusCode::BAD_GATEWAY.into_response(),
    }
}

/// The whole reply, so that what it answers was done. None if nobody answers.
async fn reply(target: Option<Channel>, request: Request) -> Option<Response> {
    let mut target = target?;
    poll_fn(|context| target.poll_ready(context)).await.ok()?;
    let reply = target
        .call(request.map(tonic::body::Body::new))
        .await
        .ok()?;
    let (head, body) = reply.into_parts();
    let body = body.collect().await.ok()?;
    Some(Response::from_parts(head, Body::new(body)))
}
