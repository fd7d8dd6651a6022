//! A server by TLS, and clients that speak it as they are told.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Extension, Router, routing::get};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::Timestamp;
use rustls::{ClientConfig, SupportedProtocolVersion, pki_types::ServerName};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};
use vortex_kit::{
    http::{Limits, Listener, PeerIdentity},
    process::Runtime,
};
use vortex_tls::{ClientFiles, HTTP1, Server, ServerFiles};

use crate::echo::{any_port, runtime};

pub(crate) const SOON: Duration = Duration::from_millis(50);
/// For what should come soon.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The runtime of a service with a certificate.
pub(crate) fn secured(files: ServerFiles) -> Runtime {
    let server = Server::load(files, Timestamp::now()).unwrap();
    Runtime {
        tls: Some(Arc::new(server)),
        ..runtime()
    }
}

/// `/` says over which version of HTTP, `/who` by which names the caller is known.
pub(crate) fn routes() -> Router {
    let version =
        get(|request: Request<axum::body::Body>| async move { format!("{:?}", request.version()) });
    let who = get(|identity: Option<Extension<PeerIdentity>>| async move {
        identity.map_or("nobody".to_owned(), |Extension(PeerIdentity(names))| {
            let names = names.iter().map(ToString::to_string);
            names.collect::<Vec<_>>().join(" ")
        })
    });
    Router::new().route("/", version).route("/who", who)
}

pub(crate) fn serve(runtime: &Runtime, limits: Limits) -> SocketAddr {
    let listener = Listener::bind(any_port()).unwrap();
    let address = listener.address();
    listener.serve(routes(), limits, runtime);
    address
}

pub(crate) fn config(files: &ClientFiles) -> ClientConfig {
    files.config(Timestamp::now()).unwrap()
}

/// A configuration that speaks one version alone.
pub(crate) fn only(
    version: &'static SupportedProtocolVersion,
    files: &ClientFiles,
) -> ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let pem = std::fs::read(files.ca.as_ref().unwrap()).unwrap();
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    roots
        .add(CertificateDer::from_pem_slice(&pem).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// A connection by TLS.
pub(crate) async fn connect(
    address: SocketAddr,
    config: ClientConfig,
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

/// What a server says by TLS to a caller that it does not let in. With TLS 1.3 that is after the
/// handshake, as the caller sees it.
pub(crate) async fn refusal(address: SocketAddr, config: ClientConfig) -> String {
    let refused = async {
        let mut stream = connect(address, config).await?;
        stream.read_u8().await
    };
    let error = refused.await.unwrap_err();
    vortex_tls::explain(&error).unwrap_or_else(|| error.to_string())
}

/// What `path` answers, over the protocol that was agreed on, or why there is no answer.
pub(crate) async fn ask(
    address: SocketAddr,
    config: ClientConfig,
    path: &str,
) -> Result<String, String> {
    let failed = |error: &(dyn std::error::Error + 'static)| {
        vortex_tls::explain(error).unwrap_or_else(|| error.to_string())
    };
    let stream = connect(address, config)
        .await
        .map_err(|error| failed(&error))?;
    let agreed = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
    let request = Request::get(format!("https://localhost{path}"))
        .header("host", "localhost")
        .body(Empty::<Bytes>::new())
        .unwrap();
    let io = TokioIo::new(stream);
    let answer = if agreed.is_none_or(|agreed| agreed == HTTP1) {
        let (mut sender, connection) = http1::handshake(io).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await
    } else {
        let shaken = http2::handshake(TokioExecutor::new(), io).await;
        let (mut sender, connection) = shaken.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await
    };
    let answer = answer.map_err(|error| failed(&error))?;
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Ok(String::from_utf8(body.to_vec()).unwrap())
}
