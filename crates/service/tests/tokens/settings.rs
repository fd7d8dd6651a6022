//! The file that describes a provider, with what it names.

use std::{fs, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivatePkcs8KeyDer};
use vortex_kit::error::Reason;
use vortex_service::Provider;

use super::{
    guarded::{Guarded, provider},
    issuer::Issuer,
    server::{Answer, Server},
};

/// A certificate authority, made for a test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    /// What a server on this machine is known by.
    fn certify(&self) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into());
        Arc::new(config.unwrap())
    }
}

#[tokio::test]
async fn over_tls_the_keys_come_from_who_the_authority_vouches_for() {
    let (ours, authority) = (Issuer::ours(), Authority::new());
    let server = Server::start_tls(authority.certify(), Answer::Body(ours.jwks().to_string()));
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let places = format!("jwks_url: {}\njwks_ca: {}", server.url(), ca.display());
    fs::write(&ca, authority.0.pem()).unwrap();
    let guarded = Guarded::by(&places).await;
    guarded.admit(&guarded.token(&ours)).unwrap();
    fs::write(&ca, Authority::new().0.pem()).unwrap();
    let guarded = Guarded::by(&places).await;
    let token = guarded.token(&ours);
    assert_eq!(guarded.refusal(&token), Some(Reason::Unavailable));
    assert!(guarded.degradation().unwrap().contains("certificate"));
    // nor from TLS to none
    let plain = Server::start(Answer::Body(ours.jwks().to_string()));
    server.answer(Answer::Redirect(plain.url()));
    fs::write(&ca, authority.0.pem()).unwrap();
    let guarded = Guarded::by(&places).await;
    assert_eq!(guarded.refusal(&token), Some(Reason::Unavailable));
    assert!(guarded.degradation().unwrap().contains("302"));
    assert_eq!(plain.asked(), 0);
}

#[test]
fn a_file_that_can_not_be_meant_is_a_wrong_setting() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("keys.json"), "{\"keys\":[]}").unwrap();
    fs::write(path("empty.pem"), "").unwrap();
    for (places, expected) in [
        ("", "give one of `jwks_url` and `jwks_file`"),
        (
            "jwks_url: https://a.example\njwks_file: keys.json",
            "give one of `jwks_url` and `jwks_file`",
        ),
        ("jwks_url: http://a.example/keys", "must be an https:// URL"),
        (
            "jwks_url: https://me:secret@a.example",
            "must be an https:// URL",
        ),
        ("jwks_url: keys", "must be an https:// URL"),
        (
            "jwks_file: keys.json",
            "keys.json: the JWKS has no key for signatures",
        ),
        ("jwks_file: none.json", "none.json: cannot be read"),
        (
            "jwks_url: https://a.example\njwks_ca: none.pem",
            "none.pem: cannot be read",
        ),
        (
            "jwks_url: https://a.example\njwks_ca: empty.pem",
            "empty.pem: holds no certificate",
        ),
        (
            "jwks_file: keys.json\njwks_ca: empty.pem",
            "`jwks_ca` is for a `jwks_url`",
        ),
        ("jwks_uri: https://a.example", "is \"jwks_url\" meant?"),
        ("leeway: 60s", "unknown field \"leeway\""),
    ] {
        let error = provider(folder.path(), places).unwrap_err();
        assert!(error.contains(expected), "{places}: {error}");
        assert!(
            error.contains("oidc.yaml") && !error.contains("secret"),
            "{error}"
        );
    }
    let missing = path("none.yaml");
    let error = missing.to_str().unwrap().parse::<Provider>().unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}
