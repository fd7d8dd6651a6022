//! A server on loopback that answers as a test says, and remembers what it was asked.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    thread,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Response, header},
    response::IntoResponse,
};
use futures::{StreamExt, future, stream};
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// A request that the server got.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `PUT /api/configs/orders/prod?label=main`
    pub(crate) line: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// How the server answers.
pub(crate) enum Reply {
    /// Status, headers, body.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Never.
    Hang,
    /// With half of a body, then the connection breaks.
    Half,
    /// With events, then silence.
    Events(String),
    /// With events, then the stream ends.
    LastEvents(String),
}

impl Reply {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        let json = vec![("content-type", "application/json".to_owned())];
        Self::Answer(status, json, value.to_string().into_bytes())
    }

    pub(crate) fn text(content: &str) -> Self {
        Self::Answer(200, Vec::new(), content.as_bytes().to_vec())
    }

    pub(crate) fn problem(status: u16, code: &str, detail: &str) -> Self {
        let problem = json!({
            "type": format!("https://vortexconfig.dev/errors/{code}"),
            "status": status, "code": code, "detail": detail, "request_id": "theirs",
        });
        let kind = vec![("content-type", "application/problem+json".to_owned())];
        Self::Answer(status, kind, problem.to_string().into_bytes())
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Self::Answer(status, headers, body)
            }
            other => other,
        }
    }

    async fn send(self) -> Response<Body> {
        match self {
            Self::Answer(status, headers, body) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                response.body(Body::from(body)).unwrap()
            }
            Self::Hang => future::pending().await,
            Self::Half => half(),
            Self::Events(text) => events(stream::iter([text]).chain(stream::pending())),
            Self::LastEvents(text) => events(stream::iter([text])),
        }
    }
}

fn half() -> Response<Body> {
    let chunks = [Ok("{\"documents\":["), Err(io::Error::other("cut"))];
    let body = Body::from_stream(stream::iter(chunks));
    ([(header::CONTENT_LENGTH, "1000")], body).into_response()
}

fn events(texts: impl futures::Stream<Item = String> + Send + 'static) -> Response<Body> {
    let body = Body::from_stream(texts.map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

struct Shared {
    asked: Mutex<Vec<Asked>>,
    script: Box<Script>,
}

/// A running server; it stops when dropped.
pub(crate) struct Gateway {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

impl Gateway {
    /// Answers by `script`, which gets the request and how many came before it.
    pub(crate) fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            asked: Mutex::default(),
            script: Box::new(script),
        });
        let listener = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        thread::spawn(move || serve(listener, app, stopped));
        Self {
            url,
            shared,
            _stop: stop,
        }
    }

    /// Answers everything alike.
    pub(crate) fn always(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |_, _| reply())
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// The one thing it was asked.
    pub(crate) fn asked_once(&self) -> Asked {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.into_iter().next().unwrap()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

fn serve(listener: std::net::TcpListener, app: Router, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        tokio::select! {
            served = async { axum::serve(listener, app).await } => served.unwrap(),
            _ = stopped => {}
        }
    });
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let asked = Asked {
        line: format!("{} {}", parts.method, parts.uri),
        headers: parts.headers,
        body: axum::body::to_bytes(body, 1 << 24).await.unwrap(),
    };
    let reply = {
        let mut all = shared.asked.lock().unwrap();
        all.push(asked.clone());
        (shared.script)(&asked, all.len() - 1)
    };
    reply.send().await
}
