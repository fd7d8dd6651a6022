//! Remotes over HTTPS, by certificate authorities that `SSL_CERT_FILE` names.
//!
//! The environment says which authorities a process trusts, so each reader is a process of its own:
//! this test program again.

use std::{
    env,
    error::Error as _,
    fs,
    io::{self, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, atomic::AtomicBool},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned, crypto::ring, pki_types::PrivatePkcs8KeyDer,
};
use vortex_git::{Location, Repository};

use crate::{
    http::{Mood, Server, publish},
    remote::LIMIT,
    work::{Work, contents},
};

const URL: &str = "VORTEX_TEST_URL";
const MIRROR: &str = "VORTEX_TEST_MIRROR";

/// A certificate authority, made for a test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// What a server at `host` is known by.
    fn certify(&self, host: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into());
        Arc::new(config.unwrap())
    }

    /// Writes its certificate where `SSL_CERT_FILE` can name it.
    fn publish(&self, path: &Path) -> PathBuf {
        fs::write(path, self.0.pem()).unwrap();
        path.to_owned()
    }
}

/// A connection that ends as TLS wants it.
struct Tls(StreamOwned<ServerConnection, TcpStream>);

impl Tls {
    fn accept(config: &Arc<ServerConfig>, stream: TcpStream) -> Self {
        let connection = ServerConnection::new(config.clone()).unwrap();
        Self(StreamOwned::new(connection, stream))
    }
}

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.0.conn.send_close_notify();
        // The client may be gone.
        let _ = self.0.flush();
    }
}

/// A repository of one commit behind HTTPS.
struct Remote {
    work: Work,
    server: Server,
}

impl Remote {
    fn known_by(config: Arc<ServerConfig>) -> Self {
        let work = Work::new();
        work.commit_file("a.yml", "1");
        let wrap = move |stream| Tls::accept(&config, stream);
        let server = Server::over("https", &publish(&work), wrap);
        Self { work, server }
    }

    /// What a process says that reads it, and trusts this authority alone.
    fn read(&self, url: &str, trusted: &Authority) -> String {
        let folder = self.work.folder.path();
        let output = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "https::reads_the_remote_named_by_the_environment",
                "--ignored",
                "--nocapture",
            ])
            .env(
                "SSL_CERT_FILE",
                trusted.publish(&folder.join("authority.pem")),
            )
            .env_remove("SSL_CERT_DIR")
            .env(URL, url)
            .env(MIRROR, folder.join("mirror"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

#[test]
fn a_remote_is_read_whose_authority_is_trusted() {
    let authority = Authority::new("ours");
    let remote = Remote::known_by(authority.certify("127.0.0.1"));
    let url = remote.server.url("config.git");
    let told = remote.read(&url, &authority);
    assert!(told.contains("read [\"a.yml=1\"]"), "{told}");
    remote.work.commit_file("b.yml", "2");
    remote.work.git(&["push", "-q", "--mirror", "served"]);
    let told = remote.read(&url, &authority);
    assert!(told.contains("read [\"a.yml=1\", \"b.yml=2\"]"), "{told}");
}

#[test]
fn a_remote_of_an_unknown_authority_or_another_name_is_refused() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let unknown = (theirs.certify("127.0.0.1"), "its authority is not known");
    let another = (ours.certify("127.0.0.2"), "it is for another name");
    for (config, why) in [unknown, another] {
        let remote = Remote::known_by(config);
        let told = remote.read(&remote.server.url("config.git"), &ours);
        assert!(
            told.contains(&format!("its certificate is not trusted ({why})")),
            "{told}"
        );
    }
}

#[test]
fn credentials_in_the_url_are_given_to_the_remote() {
    let authority = Authority::new("ours");
    let remote = Remote::known_by(authority.certify("127.0.0.1"));
    remote.server.set(Mood::Protected);
    let url = remote.server.url("config.git");
    let told = remote.read(&url, &authority);
    assert!(told.contains("refused"), "{told}");
    let with = |credentials| url.replace("https://", &format!("https://{credentials}@"));
    let told = remote.read(&with("me:wr0ng"), &authority);
    assert!(
        told.contains("refused") && !told.contains("wr0ng"),
        "{told}"
    );
    let told = remote.read(&with("me:s3cret"), &authority);
    assert!(told.contains("read [\"a.yml=1\"]"), "{told}");
}

#[test]
#[ignore = "run by other tests, in a process that trusts one authority"]
fn reads_the_remote_named_by_the_environment() {
    let location: Location = env::var(URL).unwrap().parse().unwrap();
    let mirror = env::var(MIRROR).unwrap();
    let repository = Repository::open(&location, mirror.as_ref()).unwrap();
    match repository.refresh(LIMIT, &AtomicBool::new(false)) {
        Ok(()) => {
            let head = repository.default_label().unwrap().unwrap().commit;
            println!("\nread {:?}", contents(&repository, head));
        }
        Err(error) => {
            let mut told = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                told = format!("{told}: {error}");
                cause = error.source();
            }
            println!("\nrefused: {told}");
        }
    }
}
