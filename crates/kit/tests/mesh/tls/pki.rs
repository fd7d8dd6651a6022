//! Authorities and certificates.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
    date_time_ymd,
};
use tempfile::TempDir;
use vortex_tls::{ClientFiles, HTTP2, Identity, ServerFiles};

/// A certificate authority, with a folder for what it issues.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

/// The years in which a certificate is valid.
pub(crate) type Years = (i32, i32);
pub(crate) const VALID: Years = (2000, 2200);
pub(crate) const OVER: Years = (2000, 2001);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.crt"), &pem).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            folder,
        }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("ca.crt")
    }

    /// Writes `name.crt` and `name.key`, for hosts and a URI.
    pub(crate) fn issue(
        &self,
        name: &str,
        hosts: &[&str],
        uri: Option<&str>,
        years: Years,
    ) -> Identity {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        let uri = uri.map(|uri| SanType::URI(uri.try_into().unwrap()));
        params.subject_alt_names.extend(uri);
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let file = |ending| self.folder.path().join(format!("{name}.{ending}"));
        let issued = Identity {
            certificate: file("crt"),
            key: file("key"),
        };
        fs::write(&issued.certificate, certificate.pem()).unwrap();
        fs::write(&issued.key, key.serialize_pem()).unwrap();
        fs::set_permissions(&issued.key, fs::Permissions::from_mode(0o600)).unwrap();
        issued
    }

    /// The files of a server on this machine.
    pub(crate) fn server(&self) -> ServerFiles {
        files(self.issue("server", &["localhost", "127.0.0.1"], None, VALID))
    }

    /// A client that trusts this authority.
    pub(crate) fn client(&self) -> ClientFiles {
        ClientFiles {
            ca: Some(self.file()),
            identity: None,
            protocols: vec![HTTP2],
        }
    }
}

pub(crate) fn files(issued: Identity) -> ServerFiles {
    ServerFiles {
        certificate: issued.certificate,
        key: issued.key,
        client_ca: None,
    }
}
