//! Connections of HTTP/2, made when there is something to send.

use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use reqwest::Url;
use tonic::{body::Body, codegen::http::Uri};

use crate::{error::Error, transport::Trust};

/// The connections to a service: one, unless it is lost.
pub(super) type Connections = Client<HttpsConnector<HttpConnector>, Body>;

/// How often a connection is asked whether it is still there while calls are under way: as a server
/// that says nothing is heard of after this and the same again.
const ALIVE: Duration = Duration::from_secs(10);

/// Makes connections, each within this time.
pub(super) fn connections(trust: &Trust, within: Duration) -> Connections {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(within));
    let connector = HttpsConnectorBuilder::new()
        // it sets the protocol itself
        .with_tls_config(trust.speaking(None))
        .https_or_http()
        .enable_http2()
        .wrap_connector(tcp);
    // its tasks are the caller's runtime's
    Client::builder(TokioExecutor::new())
        .http2_only(true)
        .timer(TokioTimer::new())
        .http2_keep_alive_interval(ALIVE)
        .http2_keep_alive_timeout(ALIVE)
        .build(connector)
}

/// Where calls go: `grpcs://config:9091` is `https://config:9091` to HTTP.
pub(super) fn origin(server: &Url) -> Result<Uri, Error> {
    let wrong = |error| Error::setting("server_url", error);
    let scheme = match server.scheme() {
        "grpcs" => "https",
        _ => "http",
    };
    let (host, port) = (server.host_str().unwrap_or_default(), server.port());
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    // a proxy may serve it under a path
    let path = server.path().trim_end_matches('/');
    let text = format!("{scheme}://{host}{port}{path}");
    text.parse::<Uri>()
        .map_err(|error| wrong(error.to_string()))
}
