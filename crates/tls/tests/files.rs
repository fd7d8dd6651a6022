//! Files that hold what they should, and files that do not.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::{fs, path::PathBuf};

use jiff::Timestamp;
use proptest::prelude::*;
use rcgen::{CertificateParams, KeyPair, SanType, date_time_ymd};
use tempfile::TempDir;
use vortex_tls::{Certificate, ClientFiles, Identity, Name, Server, ServerFiles};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// A certificate that signs itself, valid in some years.
    fn pair(&self, name: &str, years: (i32, i32)) -> ServerFiles {
        let mut params = CertificateParams::new(["Some.Example".to_owned()]).unwrap();
        let uri = "vortex://gateway".try_into().unwrap();
        params.subject_alt_names.push(SanType::URI(uri));
        params
            .subject_alt_names
            .push(SanType::IpAddress("::1".parse().unwrap()));
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        ServerFiles {
            certificate: self.write(&format!("{name}.crt"), &certificate.pem()),
            key: self.write(&format!("{name}.key"), &key.serialize_pem()),
            client_ca: None,
        }
    }
}

fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().unwrap()
}

fn refused(files: ServerFiles) -> String {
    Server::load(files, now()).unwrap_err().to_string()
}

#[test]
fn a_certificate_is_known_with_its_times_and_names() {
    let folder = Folder::new();
    let server = Server::load(folder.pair("good", (2026, 2027)), now()).unwrap();
    let certificate = server.certificate().unwrap();
    assert_eq!(certificate.not_after.to_string(), "2027-01-01T00:00:00Z");
    assert_eq!(
        certificate.names,
        [
            Name::Dns("some.example".to_owned()),
            Name::Uri("vortex://gateway".to_owned()),
            Name::Ip("::1".parse().unwrap()),
        ]
    );
}

#[test]
fn a_certificate_out_of_its_time_is_refused_with_the_time() {
    let folder = Folder::new();
    let over = refused(folder.pair("over", (2020, 2021)));
    assert!(
        over.ends_with("over.crt: the certificate expired at 2021-01-01T00:00:00Z"),
        "{over}"
    );
    let early = refused(folder.pair("early", (2030, 2031)));
    assert!(
        early.ends_with("is not valid before 2030-01-01T00:00:00Z"),
        "{early}"
    );
}

#[test]
fn a_key_of_another_certificate_is_refused_with_both_files() {
    let folder = Folder::new();
    let (one, two) = (
        folder.pair("one", (2026, 2027)),
        folder.pair("two", (2026, 2027)),
    );
    let mixed = ServerFiles {
        key: two.key,
        ..one
    };
    let error = refused(mixed);
    assert!(
        error.contains("two.key: is not the private key of the certificate in "),
        "{error}"
    );
    assert!(error.ends_with("one.crt"), "{error}");
}

#[test]
fn files_that_hold_something_else_are_named_with_what_is_expected() {
    let folder = Folder::new();
    let good = folder.pair("good", (2026, 2027));
    let certificate = fs::read_to_string(&good.certificate).unwrap();
    let bent = certificate.replacen("MII", "NII", 1);
    let encrypted =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let older = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMIIB\n-----END RSA PRIVATE KEY-----\n";
    let short = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
    for (text, said) in [
        ("", "holds no private key"),
        (&*certificate, "holds no private key"),
        (encrypted, "the private key is encrypted"),
        (older, "the private key is encrypted"),
        (short, "holds a private key that cannot be used"),
        ("-----BEGIN PRIVATE KEY-----\nMAA=\n", "is not valid PEM"),
    ] {
        let files = ServerFiles {
            key: folder.write("bad.key", text),
            ..good.clone()
        };
        let error = refused(files);
        assert!(error.contains(&format!("bad.key: {said}")), "{error}");
    }
    let key = fs::read_to_string(&good.key).unwrap();
    for (text, said) in [
        ("", "holds no certificate"),
        (&*key, "holds no certificate"),
        (&*bent, "holds a certificate that cannot be read"),
    ] {
        let files = ServerFiles {
            certificate: folder.write("bad.crt", text),
            ..good.clone()
        };
        let error = refused(files);
        assert!(error.contains(&format!("bad.crt: {said}")), "{error}");
    }
    let missing = ServerFiles {
        certificate: "/nowhere/server.crt".into(),
        ..good.clone()
    };
    let error = refused(missing);
    assert!(
        error.starts_with("/nowhere/server.crt: cannot be read: "),
        "{error}"
    );
    let files = ServerFiles {
        client_ca: Some(folder.write("bad-ca.crt", "x")),
        ..good
    };
    let error = refused(files);
    assert!(
        error.contains("bad-ca.crt: holds no certificate"),
        "{error}"
    );
}

#[test]
fn a_client_trusts_what_it_is_given_and_shows_what_it_has() {
    let folder = Folder::new();
    let good = folder.pair("good", (2026, 2027));
    let files = ClientFiles {
        ca: Some(good.certificate.clone()),
        identity: Some(Identity {
            certificate: good.certificate,
            key: good.key,
        }),
        protocols: vec![vortex_tls::HTTP2],
    };
    let config = files.config(now()).unwrap();
    assert_eq!(config.alpn_protocols, [b"h2"]);
    assert!(config.client_auth_cert_resolver.has_certs());
}

proptest! {
    /// A caller's certificate is read as it came.
    #[test]
    fn no_certificate_is_too_strange_to_be_read_or_refused(
        cut in 0..600_usize,
        places in proptest::collection::vec((0..600_usize, any::<u8>()), 0..8),
    ) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["a.example".to_owned()]).unwrap();
        let mut der = params.self_signed(&key).unwrap().der().to_vec();
        for (place, byte) in places {
            if let Some(there) = der.get_mut(place) {
                *there = byte;
            }
        }
        der.truncate(der.len().saturating_sub(cut.saturating_sub(300)));
        let _ = Certificate::read(&der.into());
    }

    #[test]
    fn no_file_is_too_strange_to_be_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let folder = Folder::new();
        let good = folder.pair("good", (2026, 2027));
        let text = String::from_utf8_lossy(&bytes);
        let text = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        let files = ServerFiles { key: folder.write("bad.key", &text), ..good };
        prop_assert!(Server::load(files, now()).is_err());
    }
}

#[test]
fn nothing_that_is_shown_holds_a_key() {
    let folder = Folder::new();
    let good = folder.pair("good", (2026, 2027));
    let key = fs::read_to_string(&good.key).unwrap();
    let server = Server::load(good, now()).unwrap();
    let shown = format!("{server:?}");
    let line = key.lines().nth(1).unwrap();
    assert!(!shown.contains(line), "{shown}");
}
