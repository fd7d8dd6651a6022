//! TLS in front of a server that speaks none.

use std::{fs::OpenOptions, io::Write as _, net::SocketAddr, path::Path, sync::Arc};

use rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

/// Serves what `server` does by TLS, and adds whom to trust for it to `ca`; answers with its URL.
pub(crate) async fn in_front_of(server: SocketAddr, ca: &Path) -> String {
    let acceptor = TlsAcceptor::from(Arc::new(config(ca)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (caller, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut caller = acceptor.accept(caller).await?;
                let mut server = TcpStream::connect(server).await?;
                copy_bidirectional(&mut caller, &mut server).await
            });
        }
    });
    format!("https://localhost:{port}")
}

fn config(ca: &Path) -> ServerConfig {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut trusted = OpenOptions::new()
        .append(true)
        .create(true)
        .open(ca)
        .unwrap();
    trusted.write_all(made.cert.pem().as_bytes()).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into());
    let mut config = config.unwrap();
    // what each client offers is what the server behind speaks
    config.alpn_protocols = [&b"h2"[..], b"http/1.1"].map(<[u8]>::to_vec).into();
    config
}
