//! What it costs to know who reads, and to speak TLS.

use std::{net::SocketAddr, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use vortex_tests::{Load, Measured, Mesh, Mode, Options, Process, run};

use crate::{PATH, ROUNDS, bare::Bare, write_petclinic};

/// A process that serves everything, with a document to read.
struct Server {
    process: Process,
    address: SocketAddr,
    key: String,
}

impl Server {
    /// Serves what is in a folder, with these options.
    fn start(data: &Path, more: &[&str]) -> Self {
        let data_text = data.display().to_string();
        let any = [
            "up",
            "-o",
            "json",
            "--http",
            "127.0.0.1:0",
            "--grpc-base",
            "0",
        ];
        // what one caller may ask for is less than this
        let rest = ["--data", &*data_text, "--caller-reads", "0"];
        let mut process = Process::start("vortex", &[&any[..], &rest, more].concat());
        let address = process.wait_for("where it is", |json| json["http"].as_str()?.parse().ok());
        let key = std::fs::read_to_string(data.join("bootstrap-key"));
        Self {
            process,
            address,
            key: key.unwrap_or_default().trim().to_owned(),
        }
    }

    fn load(&self) -> Load {
        Load::of(self.address, PATH)
    }

    /// Reads with a key.
    fn keyed(&self) -> Load {
        Load {
            header: format!("x-api-key: {}", self.key),
            ..self.load()
        }
    }

    async fn run(&self, load: &Load) -> Measured {
        load.run(&[self.process.id()]).await
    }
}

/// A folder with petclinic in it, and the bytes of the answer.
async fn petclinic(folder: &Path) -> Vec<u8> {
    let options = Options {
        data: Some(folder.to_owned()),
        ..Options::default()
    };
    let mesh = Mesh::start(Mode::One, &options);
    write_petclinic(&mesh).await;
    let body = mesh.get(PATH).await.body;
    mesh.stop();
    body
}

/// Compares reads of an open server with those of one that asks for keys, both in plain; and those
/// by TLS with a bare axum server's.
pub(crate) async fn compare() {
    let folder = tempfile::tempdir().unwrap();
    let certs = folder.path().join("certs");
    let made = run(
        "vortex",
        &["certs", "dev", "--out", certs.to_str().unwrap()],
    );
    assert_eq!(made.code, 0, "{made:?}");
    let data = ["open", "keyed", "tls"].map(|name| folder.path().join(name));
    let mut body = Vec::new();
    for data in &data {
        body = petclinic(data).await;
    }
    let file = folder.path().join("body");
    std::fs::write(&file, &body).unwrap();
    let (certificate, private) = (certs.join("server.crt"), certs.join("server.key"));
    let (certificate, private) = (certificate.to_str().unwrap(), private.to_str().unwrap());
    let open = Server::start(&data[0], &[]);
    let keyed = Server::start(&data[1], &["--secure"]);
    let tls = ["--secure", "--tls-cert", certificate, "--tls-key", private];
    let tls = Server::start(&data[2], &tls);
    let bare = Bare::start(&file, Some(&certs));
    let config = client(&certs);
    let by_tls = |load: Load| Load {
        tls: Some(config.clone()),
        ..load
    };
    let anew = |load: Load| Load {
        reconnects: true,
        ..load
    };
    let ours = by_tls(tls.keyed());
    let theirs = by_tls(Load::of(bare.address, "/"));
    println!("Who reads, and TLS, in one process:");
    for round in 1..=ROUNDS {
        let plain = open.run(&open.load()).await;
        let known = keyed.run(&keyed.keyed()).await;
        let kept = tls.run(&ours).await;
        let bare_kept = theirs.run(&[bare.id()]).await;
        let made = tls.run(&anew(ours.clone())).await;
        let bare_made = anew(theirs.clone()).run(&[bare.id()]).await;
        println!("  round {round}:");
        tell("without a key, plain", plain, plain);
        tell("with a key, plain", known, plain);
        tell("with a key, TLS", kept, plain);
        tell("bare axum, TLS", bare_kept, kept);
        tell("with a key, a handshake a read", made, bare_made);
        tell("bare axum, a handshake a read", bare_made, bare_made);
    }
}

/// A line, and how it compares.
fn tell(what: &str, measured: Measured, with: Measured) {
    println!(
        "    {what:<32} {:>7.0}/s, {:>6.1} µs CPU; rate {:.2}, CPU {:.2}",
        measured.per_second,
        measured.cpu_micros,
        measured.per_second / with.per_second,
        measured.cpu_micros / with.cpu_micros,
    );
}

/// A client that trusts the authority in a folder, and begins each connection anew.
fn client(certs: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(certs.join("ca.crt")).unwrap() {
        roots.add(certificate.unwrap()).unwrap();
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // whole handshakes are what is counted
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}
