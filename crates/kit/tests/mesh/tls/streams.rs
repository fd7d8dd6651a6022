//! Answers over TLS: those that are read, and those that are not.

use std::time::Duration;

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vortex_kit::{
    http::{Limits, Listener},
    process::Runtime,
};
use vortex_tls::{ClientFiles, HTTP1};

use super::{
    pki::Authority,
    world::{PATIENCE, SOON, config, connect, secured},
};
use crate::echo::any_port;

const LARGE: usize = 3 << 20;

/// `/endless` never ends, `/large` is larger than all buffers.
fn serve(runtime: &Runtime, limits: Limits) -> std::net::SocketAddr {
    let endless = || async {
        let chunks =
            stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 64 * 1024])));
        Body::from_stream(chunks)
    };
    let large = || async { vec![b'y'; LARGE] };
    let routes = Router::new()
        .route("/endless", get(endless))
        .route("/large", get(large));
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    listener.serve(routes, limits, runtime);
    address
}

fn client(authority: &Authority) -> ClientFiles {
    ClientFiles {
        protocols: vec![HTTP1],
        ..authority.client()
    }
}

#[tokio::test]
async fn a_connection_that_is_not_read_is_cut_although_its_buffers_take_some() {
    let authority = Authority::new("ours");
    let runtime = secured(authority.server());
    let limits = Limits {
        write_timeout: SOON,
        ..Limits::default()
    };
    let address = serve(&runtime, limits);
    let mut stream = connect(address, config(&client(&authority))).await.unwrap();
    let request = b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let cut = async {
        while !runtime
            .metrics
            .render()
            .contains("vortex_slow_readers_total 1")
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, cut).await.unwrap();
}

#[tokio::test]
async fn a_slow_reader_who_takes_something_all_the_while_gets_all_of_it() {
    let authority = Authority::new("ours");
    let runtime = secured(authority.server());
    let limits = Limits {
        write_timeout: Duration::from_secs(2),
        ..Limits::default()
    };
    let address = serve(&runtime, limits);
    let mut stream = connect(address, config(&client(&authority))).await.unwrap();
    let request = b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut read = 0;
    let mut piece = vec![0; 64 * 1024];
    loop {
        match stream.read(&mut piece).await.unwrap() {
            0 => break,
            bytes => read += bytes,
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(read > LARGE, "{read}");
}

#[tokio::test]
async fn a_process_that_drains_ends_a_connection_by_tls_in_order() {
    let authority = Authority::new("ours");
    let runtime = secured(authority.server());
    let address = serve(&runtime, Limits::default());
    let mut stream = connect(address, config(&client(&authority))).await.unwrap();
    let request = b"GET /none HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 404");
    let stopped = runtime.lifecycle.stop(PATIENCE).await;
    assert!(stopped.unfinished.is_empty(), "{stopped:?}");
    let mut rest = Vec::new();
    // with a close_notify: without it this would be an error
    stream.read_to_end(&mut rest).await.unwrap();
}
