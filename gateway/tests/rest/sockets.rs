//! WebSockets, by a client of frames alone, so that it can send wrong ones.

mod frames;
mod handshake;
mod messages;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};

use crate::{
    mesh::{Mesh, start},
    watch::{at, change},
};

async fn mesh() -> Mesh {
    let mesh = start().await;
    mesh.service.watched(at(7, "one"));
    mesh
}

/// Sends a handshake with other headers; the connection and the head of the answer.
async fn ask(mesh: &Mesh, query: &str, headers: &str) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(mesh.address).await.unwrap();
    let head = format!(
        "GET /ws/orders/dev{query} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let head = answer(&mut stream).await;
    (stream, head)
}

/// The head of an answer, and no byte more.
async fn answer(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A client that speaks the protocol.
struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn connect(mesh: &Mesh, query: &str) -> Self {
        let (stream, head) = ask(mesh, query, "").await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        Self(WebSocketStream::from_raw_socket(stream, Role::Client, None).await)
    }

    async fn next(&mut self) -> Value {
        loop {
            match self.0.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    /// The messages until the server closes, and the code and reason of that.
    async fn closed(&mut self) -> (Vec<Value>, u16, String) {
        let mut messages = Vec::new();
        while let Some(message) = self.0.next().await {
            match message.unwrap() {
                Message::Text(text) => messages.push(serde_json::from_str(&text).unwrap()),
                Message::Close(Some(frame)) => {
                    return (messages, frame.code.into(), frame.reason.to_string());
                }
                _ => {}
            }
        }
        panic!("no close frame");
    }
}
