//! Whom a client trusts, and what it shows.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{ClientConfig, RootCertStore, sign::SingleCertAndKey};

use crate::{Certificate, Contents, Error, Source, VERSIONS, pem, provider};

/// The files of a client, and what it speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFiles {
    /// The authorities that it trusts, and no others; without it those that the machine trusts.
    pub ca: Option<PathBuf>,
    /// What it shows where it is asked for a certificate.
    pub identity: Option<Identity>,
    /// The protocols it offers, the best first.
    pub protocols: Vec<&'static [u8]>,
}

/// The files of a client's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, with those between it and an authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How a client shakes hands.
#[derive(Clone, Debug)]
pub struct ClientSide {
    /// With any server.
    pub config: Arc<ClientConfig>,
    certificate: Option<Certificate>,
}

impl ClientFiles {
    /// A client's configuration by what the files hold now, for who needs it once.
    ///
    /// # Errors
    /// When a file can't be used, or the machine trusts nobody.
    pub fn config(&self, now: Timestamp) -> Result<ClientConfig, Error> {
        let contents = Contents::read(self.files())?;
        Ok(self.read(&contents, now)?.0)
    }

    fn read(
        &self,
        contents: &Contents,
        now: Timestamp,
    ) -> Result<(ClientConfig, Option<Certificate>), Error> {
        let roots = match &self.ca {
            Some(file) => pem::authorities(contents, file)?,
            None => of_the_machine()?,
        };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)?
            .with_root_certificates(roots);
        let (mut config, certificate) = match &self.identity {
            Some(Identity { certificate, key }) => {
                let (certified, certificate) = pem::certified(contents, certificate, key, now)?;
                let resolver = Arc::new(SingleCertAndKey::from(certified));
                (
                    builder.with_client_cert_resolver(resolver),
                    Some(certificate),
                )
            }
            None => (builder.with_no_client_auth(), None),
        };
        let protocols = self.protocols.iter().map(|protocol| protocol.to_vec());
        config.alpn_protocols = protocols.collect();
        Ok((config, certificate))
    }
}

/// The configuration of a client that never speaks TLS, for who must have one.
///
/// # Errors
/// When rustls refuses its own versions.
pub fn trusting_nobody() -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(provider());
    Ok(builder
        .with_protocol_versions(VERSIONS)?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

impl Source for ClientFiles {
    type Loaded = ClientSide;

    fn files(&self) -> Vec<&Path> {
        let identity = self.identity.iter();
        let identity = identity.flat_map(|identity| [&identity.certificate, &identity.key]);
        let all = self.ca.iter().chain(identity);
        all.map(PathBuf::as_path).collect()
    }

    fn load(&self, contents: &Contents, now: Timestamp) -> Result<ClientSide, Error> {
        let (config, certificate) = self.read(contents, now)?;
        Ok(ClientSide {
            config: Arc::new(config),
            certificate,
        })
    }

    fn certificate(loaded: &ClientSide) -> Option<&Certificate> {
        loaded.certificate.as_ref()
    }
}

/// The authorities that the machine trusts; those that don't read are left out, as there are
/// always some.
fn of_the_machine() -> Result<Arc<RootCertStore>, Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    match roots.add_parsable_certificates(found.certs) {
        (0, _) => {
            let errors = found.errors.iter().map(ToString::to_string);
            Err(Error::NoAuthorities(errors.collect()))
        }
        _ => Ok(Arc::new(roots)),
    }
}
