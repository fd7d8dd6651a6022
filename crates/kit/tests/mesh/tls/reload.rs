//! Certificates that are replaced while connections are open.

use std::{fs, sync::Arc};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures::{StreamExt, stream};
use jiff::{Timestamp, ToSpan};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::broadcast,
};
use tokio_stream::wrappers::BroadcastStream;
use vortex_kit::{
    http::{Limits, Listener},
    process::Runtime,
    tls,
};
use vortex_tls::{ClientFiles, HTTP1, Look, Server};

use super::{
    pki::{Authority, VALID},
    world::{ask, config, connect, serve},
};
use crate::echo::{any_port, runtime};

fn now() -> Timestamp {
    Timestamp::now()
}

#[tokio::test]
async fn an_open_stream_goes_on_and_new_connections_see_the_new_certificate() {
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let files = old.server();
    let server = Arc::new(Server::load(files.clone(), now()).unwrap());
    let runtime = Runtime {
        tls: Some(server.clone()),
        ..runtime()
    };
    let (send, _) = broadcast::channel::<&str>(16);
    let events = send.clone();
    let follow = move || {
        let first = stream::iter([Ok("begun\n")]);
        let later = BroadcastStream::new(events.subscribe());
        let later = first.chain(later).map(|event| event.map(Bytes::from));
        std::future::ready(Body::from_stream(later))
    };
    let routes = Router::new().route("/follow", get(follow));
    let routes = routes.merge(super::world::routes());
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    listener.serve(routes, Limits::default(), &runtime);

    let client = ClientFiles {
        protocols: vec![HTTP1],
        ..old.client()
    };
    let mut open = connect(address, config(&client)).await.unwrap();
    let request = b"GET /follow HTTP/1.1\r\nhost: a\r\n\r\n";
    open.write_all(request).await.unwrap();
    let mut seen = String::new();
    read_until(&mut open, &mut seen, "begun").await;

    let issued = new.issue("server", &["localhost"], None, VALID);
    fs::copy(&issued.certificate, &files.certificate).unwrap();
    assert!(matches!(server.look(now()), Look::Nothing), "half-way");
    fs::copy(&issued.key, &files.key).unwrap();
    assert!(matches!(server.look(now()), Look::Renewed));
    assert!(matches!(server.look(now()), Look::Nothing));

    let answer = ask(address, config(&new.client()), "/").await;
    assert_eq!(answer.as_deref(), Ok("HTTP/2.0"));
    let refused = ask(address, config(&old.client()), "/").await;
    assert!(refused.is_err(), "{refused:?}");
    send.send("later\n").unwrap();
    read_until(&mut open, &mut seen, "later").await;
}

async fn read_until(stream: &mut (impl AsyncReadExt + Unpin), seen: &mut String, text: &str) {
    let mut piece = [0; 1024];
    while !seen.contains(text) {
        let read = stream.read(&mut piece).await.unwrap();
        assert_ne!(read, 0, "{seen}");
        seen.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
}

#[tokio::test]
async fn health_says_that_files_can_not_be_used_until_they_can() {
    let authority = Authority::new("ours");
    let files = authority.server();
    let server = Arc::new(Server::load(files.clone(), now()).unwrap());
    let runtime = runtime();
    let (clock, health) = (&runtime.clock, &runtime.health);
    let mut looks = tls::Looks::new(&server, "server", clock, health);
    let found = || {
        let degradations = health.snapshot().degradations;
        degradations.get("certificate of the server").cloned()
    };
    let good = fs::read(&files.key).unwrap();
    fs::write(&files.key, "nonsense").unwrap();
    looks.look().await;
    assert_eq!(found(), None, "half-way");
    looks.look().await;
    let why = found().unwrap();
    assert!(why.contains("holds no private key"), "{why}");
    fs::write(&files.key, good).unwrap();
    looks.look().await;
    assert_eq!(found(), None);
}

#[tokio::test]
async fn files_that_can_not_be_used_are_told_once_and_what_was_there_stays() {
    let authority = Authority::new("ours");
    let files = authority.server();
    let server = Server::load(files.clone(), now()).unwrap();
    let good = fs::read(&files.key).unwrap();
    fs::write(&files.key, "nonsense").unwrap();
    assert!(matches!(server.look(now()), Look::Nothing));
    let Look::Faulty(error) = server.look(now()) else {
        panic!("it is told");
    };
    assert!(
        error.to_string().contains("holds no private key"),
        "{error}"
    );
    assert!(server.is_faulty());
    assert!(matches!(server.look(now()), Look::Nothing), "once");
    assert!(server.is_faulty());
    fs::write(&files.key, good).unwrap();
    assert!(matches!(server.look(now()), Look::Nothing), "as before");
    fs::remove_file(&files.key).unwrap();
    assert!(matches!(server.look(now()), Look::Nothing));
    assert!(matches!(server.look(now()), Look::Faulty(_)), "a new fault");
    let runtime = Runtime {
        tls: Some(Arc::new(server)),
        ..runtime()
    };
    let address = serve(&runtime, Limits::default());
    let answer = ask(address, config(&authority.client()), "/").await;
    assert_eq!(answer.as_deref(), Ok("HTTP/2.0"));
}

#[tokio::test]
async fn metrics_say_when_the_certificate_in_use_expires() {
    let authority = Authority::new("ours");
    let server = Server::load(authority.server(), now()).unwrap();
    let runtime = runtime();
    let expires = server.certificate().unwrap().not_after;
    assert!(expires > now() + (24 * 365 * 100).hours());
    tls::measure(&Arc::new(server), "server", &runtime.metrics);
    let metrics = runtime.metrics.render();
    let series = format!(
        "tls_certificate_expiry_timestamp_seconds{{use=\"server\"}} {}",
        expires.as_second()
    );
    assert!(metrics.contains(&series), "{metrics}");
}
