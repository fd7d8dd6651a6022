//! Who gets in, and what the others are told.

use std::{sync::Arc, time::Duration};

use rustls::version::{TLS12, TLS13};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vortex_kit::{
    http::{Limits, Listener},
    process::Runtime,
};
use vortex_tls::{ClientFiles, HTTP1, HTTP2, Identity, Server, ServerFiles};

use super::{
    pki::{Authority, OVER, VALID},
    world::{PATIENCE, SOON, ask, config, connect, only, refusal, routes, secured, serve},
};
use crate::echo::{any_port, runtime};

/// What comes until the server has had enough.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // a reset is an end as well
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn both_versions_of_tls_carry_both_versions_of_http() {
    let authority = Authority::new("ours");
    let address = serve(&secured(authority.server()), Limits::default());
    for version in [&TLS12, &TLS13] {
        for (protocols, expected) in [
            (vec![HTTP2.to_vec(), HTTP1.to_vec()], "HTTP/2.0"),
            (vec![HTTP1.to_vec()], "HTTP/1.1"),
            (vec![], "HTTP/1.1"),
        ] {
            let mut client = only(version, &authority.client());
            client.alpn_protocols = protocols;
            let answer = ask(address, client, "/").await;
            assert_eq!(answer.as_deref(), Ok(expected), "{version:?}");
        }
    }
}

#[tokio::test]
async fn plain_http_is_told_what_to_do_in_one_line() {
    let authority = Authority::new("ours");
    let runtime = secured(authority.server());
    let address = serve(&runtime, Limits::default());
    for request in [
        "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "x",
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = rest(stream).await;
        assert!(
            answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
            "{answer}"
        );
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "this port speaks TLS: use https://\n");
    }
    let metrics = runtime.metrics.render();
    let counted = "vortex_tls_handshake_failures_total{reason=\"plain\"} 3";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn a_large_body_in_plain_http_does_not_hide_the_answer() {
    let authority = Authority::new("ours");
    let address = serve(&secured(authority.server()), Limits::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "PUT / HTTP/1.1\r\nhost: a\r\ncontent-length: 4000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b'x'; 4_000_000]).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.ends_with("use https://\n"), "{answer}");
}

#[tokio::test]
async fn tls_to_a_port_without_it_is_told_so() {
    let authority = Authority::new("ours");
    let address = serve(&runtime(), Limits::default());
    let refused = ask(address, config(&authority.client()), "/").await;
    let refused = refused.unwrap_err();
    assert!(
        refused.starts_with("the port does not speak TLS"),
        "{refused}"
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"\x16\x03\x01\x02\x00").await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = rest(stream).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("this port does not speak TLS"), "{answer}");
}

#[tokio::test]
async fn a_caller_who_stops_in_the_handshake_is_cut() {
    let authority = Authority::new("ours");
    let limits = Limits {
        head_timeout: SOON,
        ..Limits::default()
    };
    let runtime = secured(authority.server());
    let address = serve(&runtime, limits);
    for bytes in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let answer = tokio::time::timeout(PATIENCE, rest(stream)).await;
        assert_eq!(answer.as_deref(), Ok(""));
    }
    let metrics = runtime.metrics.render();
    let counted = "vortex_tls_handshake_failures_total{reason=\"timeout\"} 3";
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn what_is_no_handshake_after_its_first_byte_is_refused() {
    let authority = Authority::new("ours");
    let address = serve(&secured(authority.server()), Limits::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"\x16\x03\x01\x00\x04\x01\x00\x00\x00")
        .await
        .unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    // an alert
    assert_eq!(answer.first(), Some(&0x15), "{answer:?}");
}

#[tokio::test]
async fn half_handshakes_do_not_keep_others_out() {
    let authority = Authority::new("ours");
    let address = serve(&secured(authority.server()), Limits::default());
    let mut held = Vec::new();
    for _ in 0..1_000 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"\x16\x03\x01").await.unwrap();
        held.push(stream);
    }
    let client = config(&authority.client());
    let answer = tokio::time::timeout(PATIENCE, ask(address, client, "/")).await;
    assert_eq!(answer.unwrap().as_deref(), Ok("HTTP/2.0"));
}

#[tokio::test]
async fn a_handshake_has_a_place_among_the_connections_until_its_time_is_over() {
    let authority = Authority::new("ours");
    let limits = Limits {
        connections: 1,
        head_timeout: Duration::from_secs(1),
        ..Limits::default()
    };
    let address = serve(&secured(authority.server()), limits);
    let mut holder = TcpStream::connect(address).await.unwrap();
    holder.write_all(b"\x16\x03\x01").await.unwrap();
    let client = config(&authority.client());
    let answer = tokio::time::timeout(PATIENCE, ask(address, client, "/")).await;
    assert_eq!(answer.unwrap().as_deref(), Ok("HTTP/2.0"));
    // that one was cut before the other came in
    assert_eq!(rest(holder).await, "");
}

#[tokio::test]
async fn a_certificate_that_a_client_can_not_accept_is_told_with_what_to_do() {
    let (ours, others) = (Authority::new("ours"), Authority::new("others"));
    let address = serve(&secured(ours.server()), Limits::default());
    let refused = ask(address, config(&others.client()), "/").await;
    let refused = refused.unwrap_err();
    assert!(
        refused.contains("name its authority with --ca"),
        "{refused}"
    );
    let elsewhere = ours.issue("elsewhere", &["elsewhere.example"], None, VALID);
    let address = serve(&secured(super::pki::files(elsewhere)), Limits::default());
    let refused = ask(address, config(&ours.client()), "/").await.unwrap_err();
    assert!(
        refused.starts_with("its certificate is not of localhost, but of ")
            && refused.contains("elsewhere.example"),
        "{refused}"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_told_with_its_end() {
    let authority = Authority::new("ours");
    let issued = authority.issue("old", &["localhost"], None, OVER);
    let then = "2000-06-01T00:00:00Z".parse().unwrap();
    let server = Server::load(super::pki::files(issued), then).unwrap();
    let runtime = Runtime {
        tls: Some(Arc::new(server)),
        ..runtime()
    };
    let address = serve(&runtime, Limits::default());
    let refused = ask(address, config(&authority.client()), "/").await;
    let refused = refused.unwrap_err();
    let said = "its certificate expired at 2001-01-01T00:00:00Z";
    assert!(refused.starts_with(said), "{refused}");
}

struct Asking {
    ours: Authority,
    callers: Authority,
    files: ServerFiles,
}

impl Asking {
    fn new() -> Self {
        let (ours, callers) = (Authority::new("ours"), Authority::new("callers"));
        let files = ServerFiles {
            client_ca: Some(callers.file()),
            ..ours.server()
        };
        Self {
            ours,
            callers,
            files,
        }
    }

    fn client(&self, identity: Option<Identity>) -> ClientFiles {
        ClientFiles {
            identity,
            ..self.ours.client()
        }
    }
}

#[tokio::test]
async fn a_caller_is_known_by_its_certificate() {
    let asking = Asking::new();
    let address = serve(&secured(asking.files.clone()), Limits::default());
    let uri = Some("vortex://rollout-svc");
    let shown = asking
        .callers
        .issue("rollout", &["rollout-svc"], uri, VALID);
    let client = config(&asking.client(Some(shown)));
    let who = ask(address, client, "/who").await;
    assert_eq!(who.as_deref(), Ok("rollout-svc vortex://rollout-svc"));
}

#[tokio::test]
async fn a_caller_without_a_certificate_or_with_one_of_another_authority_stays_out() {
    let asking = Asking::new();
    let address = serve(&secured(asking.files.clone()), Limits::default());
    let refused = refusal(address, config(&asking.client(None))).await;
    assert!(refused.contains("--client-cert"), "{refused}");
    let foreign = asking.ours.issue("foreign", &["foreign"], None, VALID);
    let refused = refusal(address, config(&asking.client(Some(foreign)))).await;
    assert!(
        refused.starts_with("it does not accept the client certificate"),
        "{refused}"
    );
    let missing = only(&TLS12, &asking.client(None));
    assert!(connect(address, missing).await.is_err(), "TLS 1.2");
}

#[tokio::test]
async fn probes_are_never_asked_for_a_certificate() {
    let asking = Asking::new();
    let runtime = secured(asking.files.clone());
    let listener = Listener::bind(any_port()).unwrap().for_probes();
    let address = listener.address();
    listener.serve(routes(), Limits::default(), &runtime);
    let who = ask(address, config(&asking.client(None)), "/who").await;
    assert_eq!(who.as_deref(), Ok("nobody"));
}
