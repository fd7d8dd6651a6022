//! A bare axum server in a process of its own, to compare with.

use std::{
    io::{self, BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use axum::{Router, routing::get, serve::Listener};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

/// The variables that make this program the server.
const BODY: &str = "VORTEX_BENCH_BARE";
const CERTIFICATES: &str = "VORTEX_BENCH_CERTIFICATES";

/// The server.
pub(crate) struct Bare {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Bare {
    /// Answers `/` with a file's bytes, by TLS if there is a folder of certificates.
    pub(crate) fn start(body: &Path, certificates: Option<&Path>) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(BODY, body).stdout(Stdio::piped());
        if let Some(folder) = certificates {
            command.env(CERTIFICATES, folder);
        }
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        Self {
            child,
            address: line.trim().parse().unwrap(),
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Serves for ever, if this process was started for it.
pub(crate) fn serve_if_asked() {
    let Some(body) = std::env::var_os(BODY) else {
        return;
    };
    let body = std::fs::read(body).unwrap();
    let certificates = std::env::var_os(CERTIFICATES).map(PathBuf::from);
    // as many threads as the mesh has: a runtime of its own beside the caller's
    let serving = std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(serve(body, certificates));
    });
    serving.join().unwrap();
}

async fn serve(body: Vec<u8>, certificates: Option<PathBuf>) {
    let body = bytes::Bytes::from(body);
    let answer = move || {
        let body = body.clone();
        async move { ([("content-type", "application/json")], body) }
    };
    let router = Router::new().route("/", get(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    match certificates {
        None => axum::serve(listener, router).await.unwrap(),
        Some(folder) => {
            let acceptor = acceptor(&folder);
            let listener = Secure { listener, acceptor };
            axum::serve(listener, router).await.unwrap();
        }
    }
}

fn acceptor(folder: &Path) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(folder.join("server.crt")).unwrap();
    let chain = chain.map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Shakes hands where it accepts, one after the other.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.listener.accept().await else {
                continue;
            };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
