//! What settings of TLS are refused.
#![allow(clippy::unwrap_used)] // a test fails by panicking

use std::path::PathBuf;

use vortex_kit::settings::{ClientTls, ServerTls};

fn file(given: bool) -> Option<PathBuf> {
    given.then(|| "file".into())
}

#[test]
fn a_certificate_and_its_key_belong_together() {
    for (cert, key, ca, said) in [
        (
            true,
            false,
            false,
            "--tls-cert is given, and --tls-key is not",
        ),
        (
            false,
            true,
            false,
            "--tls-key is given, and --tls-cert is not",
        ),
        (
            true,
            false,
            true,
            "--tls-cert is given, and --tls-key is not",
        ),
        (
            false,
            false,
            true,
            "--tls-client-ca is given, and --tls-cert is not",
        ),
    ] {
        let settings = ServerTls {
            tls_cert: file(cert),
            tls_key: file(key),
            tls_client_ca: file(ca),
        };
        let error = settings.files().unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
    assert_eq!(ServerTls::default().files(), Ok(None));
    let client = ClientTls {
        client_key: file(true),
        ..ClientTls::default()
    };
    let error = client.files().unwrap_err().to_string();
    assert!(error.starts_with("--client-key is given"), "{error}");
}
