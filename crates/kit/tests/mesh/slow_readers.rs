//! Callers that do not read what they asked for.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures::stream;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::mpsc};
use vortex_kit::{
    grpc,
    http::{Limits, Listener},
    process::Runtime,
};
use vortex_kit_echo::{Behaviour, CountRequest};

use super::echo::{Fixture, Way, any_port, runtime};

const SOON: Duration = Duration::from_millis(50);
/// For what should come soon.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3600);
const LARGE: usize = (1 << 20) + 1;

/// Tells when it is gone.
struct Held(mpsc::Sender<()>);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.try_send(());
    }
}

/// `/` answers without end, until somebody makes one; `/large` with what fits no window.
fn routes(gone: mpsc::Sender<()>) -> Router {
    let answer = move || {
        let held = Held(gone.clone());
        let chunks = stream::repeat_with(move || {
            let _held = &held;
            Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 64 * 1024]))
        });
        std::future::ready(Body::from_stream(chunks))
    };
    Router::new()
        .route("/", get(answer))
        .route("/large", get(async || large()))
}

fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at % 251) as u8).collect()
}

/// A server of [`routes`], and what tells that an endless answer is gone.
fn serve(runtime: &Runtime, write_timeout: Duration) -> (SocketAddr, mpsc::Receiver<()>) {
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    let limits = Limits {
        write_timeout,
        ..Limits::default()
    };
    let (gone, ended) = mpsc::channel(1);
    listener.serve(routes(gone), limits, runtime);
    (address, ended)
}

/// A connection whose window opens as far as answers are read. It answers pings by itself.
async fn http2(address: SocketAddr) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    let executor = TokioExecutor::new();
    let shaken = http2::handshake(executor, TokioIo::new(stream)).await;
    let (client, connection) = shaken.unwrap();
    tokio::spawn(connection);
    client
}

fn request(path: &str) -> Request<Empty<Bytes>> {
    let uri = format!("http://localhost{path}");
    Request::get(uri).body(Empty::new()).unwrap()
}

fn assert_one_was_cut(runtime: &Runtime) {
    let metrics = runtime.metrics.render();
    assert!(metrics.contains("vortex_slow_readers_total 1"), "{metrics}");
}

#[tokio::test]
async fn a_connection_that_is_not_read_is_cut_and_counted() {
    let runtime = runtime();
    let (address, mut ended) = serve(&runtime, SOON);
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let gone = tokio::time::timeout(PATIENCE, ended.recv()).await;
    assert_eq!(gone, Ok(Some(())));
    assert_one_was_cut(&runtime);
}

#[tokio::test]
async fn a_stream_whose_window_stays_shut_is_reset_and_its_connection_is_kept() {
    let runtime = runtime();
    let (address, mut ended) = serve(&runtime, SOON);
    let mut client = http2(address).await;
    let unread = client.send_request(request("/")).await.unwrap();
    let gone = tokio::time::timeout(PATIENCE, ended.recv()).await;
    assert_eq!(gone, Ok(Some(())));
    assert_one_was_cut(&runtime);
    let reset = unread.into_body().collect().await.unwrap_err();
    assert!(format!("{reset:?}").contains("CANCEL"), "{reset:?}");
    let missed = client.send_request(request("/missing")).await.unwrap();
    assert_eq!(missed.status(), 404);
}

#[tokio::test]
async fn an_answer_that_is_read_arrives_whole() {
    let runtime = runtime();
    let (address, _ended) = serve(&runtime, NEVER);
    let mut client = http2(address).await;
    let answer = client.send_request(request("/large")).await.unwrap();
    assert_eq!(answer.headers()["content-length"], LARGE.to_string());
    assert_eq!(
        answer.into_body().collect().await.unwrap().to_bytes(),
        large()
    );
}

#[tokio::test]
async fn a_call_whose_messages_are_not_read_is_reset() {
    let limits = grpc::Limits {
        http: Limits {
            write_timeout: SOON,
            ..Limits::default()
        },
        ..grpc::Limits::default()
    };
    let mut fixture = Fixture::with(Way::Network, limits).await;
    let endless = CountRequest {
        count: u32::MAX,
        behaviour: Behaviour::Unspecified.into(),
    };
    let mut unread = fixture.client.count(endless).await.unwrap().into_inner();
    let was_cut = || {
        let metrics = fixture.runtime.metrics.render();
        metrics.contains("vortex_slow_readers_total 1")
    };
    let cut = async {
        while !was_cut() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, cut).await.unwrap();
    let reset = loop {
        match unread.message().await {
            Ok(message) => assert!(message.is_some(), "it ended"),
            Err(reset) => break reset,
        }
    };
    assert_eq!(reset.code(), tonic::Code::Cancelled, "{reset:?}");
}

#[tokio::test]
async fn a_connection_with_nothing_but_a_stream_that_was_given_up_is_closed() {
    let runtime = runtime();
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    let limits = Limits {
        write_timeout: SOON,
        head_timeout: Duration::from_secs(1),
        ..Limits::default()
    };
    let (gone, _ended) = mpsc::channel(1);
    listener.serve(routes(gone), limits, &runtime);
    let stream = TcpStream::connect(address).await.unwrap();
    let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
    let (mut client, connection) = shaken.unwrap();
    let connection = tokio::spawn(connection);
    let unread = client.send_request(request("/")).await.unwrap();
    // its pings are answered, so that nothing else would end it
    let ended = tokio::time::timeout(PATIENCE, connection).await;
    assert!(ended.is_ok());
    drop(unread);
}
