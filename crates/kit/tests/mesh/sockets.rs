//! Callers that send too little, too slowly, or too much at once.

use std::{
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vortex_kit::{
    admin,
    http::{Address, Limits, Listener},
};

use super::echo::{any_port, runtime};

const SOON: Duration = Duration::from_millis(50);
/// Longer than any test.
const NEVER: Duration = Duration::from_secs(3600);
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn impatient() -> Limits {
    Limits {
        head_timeout: SOON,
        keep_alive: Duration::from_millis(50),
        keep_alive_timeout: Duration::from_millis(50),
        ..Limits::default()
    }
}

/// Sends `bytes`, then nothing, and waits until the server has had enough.
async fn what_follows(bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(impatient()).await;
    stream.write_all(bytes).await.unwrap();
    rest(stream).await
}

/// A connection to the admin routes behind `limits`.
async fn connect(limits: Limits) -> TcpStream {
    TcpStream::connect(serve(limits)).await.unwrap()
}

fn serve(limits: Limits) -> SocketAddr {
    let runtime = runtime();
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    let routes = admin::routes(runtime.health.clone(), runtime.metrics.clone());
    listener.serve(routes, limits, &runtime);
    address
}

/// What comes until the server has had enough.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    // a reset is an end as well
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// Asks over a connection that is kept, and reads the answer.
async fn ask(stream: &mut TcpStream) {
    let request = b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\nlive") {
        let read = stream.read_buf(&mut answer).await.unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn a_caller_who_says_nothing_is_cut() {
    assert_eq!(what_follows(b"").await, b"");
}

#[tokio::test]
async fn half_a_preface_is_cut() {
    assert_eq!(what_follows(&PREFACE[..10]).await, b"");
}

#[tokio::test]
async fn a_preface_with_nothing_after_it_is_cut() {
    what_follows(PREFACE).await;
}

#[tokio::test]
async fn half_a_head_is_cut() {
    let answer = what_follows(b"GET /health HTTP/1.1\r\nhost: loc").await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"));
}

#[tokio::test]
async fn a_short_request_is_answered() {
    let answer = what_follows(b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(answer.starts_with(b"HTTP/1.0 404"), "{answer:?}");
}

#[tokio::test]
async fn an_address_that_is_taken_is_named_with_the_cause() {
    let first = Listener::bind(any_port()).unwrap();
    let error = Listener::bind(first.address()).unwrap_err().to_string();
    let expected = format!(
        "cannot listen on {}: Address already in use",
        first.address()
    );
    assert!(error.starts_with(&expected), "{error}");
}

#[tokio::test]
async fn a_name_is_listened_on_at_each_of_its_addresses_that_the_machine_has() {
    let name: Address = "localhost:0".parse().unwrap();
    let runtime = runtime();
    let listener = Listener::bind(&name).unwrap();
    let port = listener.address().port();
    let routes = admin::routes(runtime.health.clone(), runtime.metrics.clone());
    listener.serve(routes, Limits::default(), &runtime);
    let all = ("localhost", port).to_socket_addrs().unwrap();
    let is_here = |address: &SocketAddr| TcpListener::bind((address.ip(), 0)).is_ok();
    let here: Vec<_> = all.filter(is_here).collect();
    assert!(!here.is_empty());
    for address in here {
        ask(&mut TcpStream::connect(address).await.unwrap()).await;
    }
}

#[tokio::test]
async fn the_option_that_chooses_another_address_is_named() {
    let first = Listener::bind(any_port()).unwrap();
    let taken = Listener::bind(first.address()).unwrap_err();
    let said = taken.wanted("health", "--admin").to_string();
    assert!(said.contains(" for health: "), "{said}");
    assert!(said.ends_with("or choose another with --admin"), "{said}");
    let absent: SocketAddr = "192.0.2.1:0".parse().unwrap();
    let absent = Listener::bind(absent).unwrap_err();
    let said = absent.wanted("health", "--admin").to_string();
    assert!(said.ends_with("; --admin chooses another"), "{said}");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_their_turn() {
    let address = serve(Limits {
        connections: 1,
        ..Limits::default()
    });
    let mut first = TcpStream::connect(address).await.unwrap();
    ask(&mut first).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    let mut waiting = Box::pin(ask(&mut second));
    assert!(futures::poll!(&mut waiting).is_pending());
    drop(first);
    waiting.await;
}

#[tokio::test]
async fn a_kept_connection_may_be_idle_for_longer_than_a_head_may_take() {
    let address = serve(Limits {
        head_timeout: SOON,
        idle_timeout: NEVER,
        ..Limits::default()
    });
    let mut kept = TcpStream::connect(address).await.unwrap();
    ask(&mut kept).await;
    let mut later = TcpStream::connect(address).await.unwrap();
    later.write_all(b"GET /health").await.unwrap();
    rest(later).await;
    // by now it has been idle for longer than the head that was cut
    ask(&mut kept).await;
    kept.write_all(b"G").await.unwrap();
    rest(kept).await;
}

#[tokio::test]
async fn a_connection_that_is_kept_for_nothing_is_closed() {
    let mut kept = connect(Limits {
        head_timeout: NEVER,
        idle_timeout: SOON,
        ..Limits::default()
    })
    .await;
    ask(&mut kept).await;
    assert_eq!(rest(kept).await, b"");
}
