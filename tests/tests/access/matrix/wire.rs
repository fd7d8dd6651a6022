//! Calls by their bytes: gRPC and HTTP/1.1, each from an address of its own, so that who fails often
//! is not taken for who asks next.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use bytes::{Buf as _, BufMut as _, Bytes};
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpSocket;
use tonic::{
    Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Endpoint,
};
use vortex_tests::{Answer, PATIENCE};

/// How long a stream is listened to after something came.
const QUIET: Duration = Duration::from_millis(300);

pub(super) type Headers = [(&'static str, String)];

/// Calls a method. Answers with the bytes of all its messages: of a stream, of those that come at
/// first.
pub(super) async fn call(
    to: SocketAddr,
    path: &str,
    request: Vec<u8>,
    headers: &Headers,
) -> Result<Vec<u8>, Status> {
    let endpoint = Endpoint::from_shared(format!("http://{to}")).unwrap();
    let endpoint = endpoint.local_address(Some(address()));
    let mut client = Grpc::new(endpoint.connect().await.unwrap());
    client.ready().await.unwrap();
    let mut request = tonic::Request::new(Bytes::from(request));
    for (name, value) in headers {
        request.metadata_mut().insert(*name, value.parse().unwrap());
    }
    let path = format!("/{path}").parse().unwrap();
    let answer = tokio::time::timeout(PATIENCE, client.server_streaming(request, path, Raw));
    let mut messages = answer.await.unwrap()?.into_inner();
    let first = tokio::time::timeout(PATIENCE, messages.message());
    let mut all = first.await.unwrap()?.unwrap_or_default().to_vec();
    while let Ok(next) = tokio::time::timeout(QUIET, messages.message()).await {
        match next? {
            Some(message) => all.extend(message),
            None => break,
        }
    }
    Ok(all)
}

/// By what a request asks for a WebSocket.
const HANDSHAKE: [(&str, &str); 4] = [
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// Makes a request. Of an answer that goes on, what comes at first is read.
pub(super) async fn ask(
    to: SocketAddr,
    method: &str,
    path: &str,
    body: Option<(&'static str, String)>,
    headers: &Headers,
) -> Answer {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((address(), 0).into()).unwrap();
    let stream = TokioIo::new(socket.connect(to).await.unwrap());
    let (mut sender, connection) = http1::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path);
    request = request.header("host", to.to_string());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    if path.starts_with("/ws/") {
        for (name, value) in HANDSHAKE {
            request = request.header(name, value);
        }
    }
    let (media_type, body) = body.unwrap_or_default();
    if !media_type.is_empty() {
        request = request.header("content-type", media_type);
    }
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let answer = tokio::time::timeout(PATIENCE, sender.send_request(request));
    let (head, body) = answer.await.unwrap().unwrap().into_parts();
    let body = read(body).await;
    connection.abort();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    }
}

async fn read(mut body: Incoming) -> Vec<u8> {
    let mut all = Vec::new();
    let mut wait = PATIENCE;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(wait, body.frame()).await {
        all.extend(frame.into_data().unwrap_or_default());
        wait = QUIET;
    }
    all
}

/// An address of this machine that nobody has called from before.
fn address() -> IpAddr {
    static NEXT: AtomicU32 = AtomicU32::new(1 << 16);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 0, 0, 0).to_bits() + number).into()
}

/// Messages as they are.
#[derive(Clone, Copy, Debug)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
