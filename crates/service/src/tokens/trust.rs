//! Whom a fetch of keys trusts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer,
        pem::{self, PemObject as _},
    },
};

/// There is nobody to trust.
#[derive(Debug, thiserror::Error)]
pub enum NoTrust {
    /// The file can't be read, or holds none.
    #[error("{} holds no certificates of authorities: {cause}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: pem::Error,
    },
    /// A certificate in it can't be one of an authority.
    #[error("{} holds a certificate that is not valid: {cause}", file.display())]
    Certificate {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        cause: rustls::Error,
    },
    /// The machine has none either.
    #[error("this machine has no certificates of authorities; `jwks_ca` names a file with some")]
    Machine,
    /// TLS can't be set up.
    #[error("TLS can't be set up: {0}")]
    Tls(rustls::Error),
}

/// TLS that trusts the authorities in a file of PEM, or those of the machine.
pub(super) fn client_config(ca: Option<&Path>) -> Result<ClientConfig, NoTrust> {
    with_roots(match ca {
        Some(file) => in_file(file)?,
        None => of_machine()?,
    })
}

/// TLS that trusts nobody, for where none is spoken.
pub(super) fn nobody() -> Result<ClientConfig, NoTrust> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, NoTrust> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(NoTrust::Tls)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn in_file(file: &Path) -> Result<RootCertStore, NoTrust> {
    let unreadable = |cause| NoTrust::File {
        file: file.to_owned(),
        cause,
    };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(unreadable)? {
        let certificate = certificate.map_err(unreadable)?;
        roots
            .add(certificate)
            .map_err(|cause| NoTrust::Certificate {
                file: file.to_owned(),
                cause,
            })?;
    }
    match roots.is_empty() {
        true => Err(unreadable(pem::Error::NoItemsFound)),
        false => Ok(roots),
    }
}

fn of_machine() -> Result<RootCertStore, NoTrust> {
    let mut roots = RootCertStore::empty();
    // some that a machine has may be too old to be read, which is no reason to trust none
    let found = rustls_native_certs::load_native_certs().certs;
    let (usable, _) = roots.add_parsable_certificates(found);
    match usable {
        0 => Err(NoTrust::Machine),
        _ => Ok(roots),
    }
}
