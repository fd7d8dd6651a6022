//! What a server shows, and whom it asks for a certificate.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rustls::{
    RootCertStore, ServerConfig,
    server::{
        NoClientAuth, VerifierBuilderError, WebPkiClientVerifier, danger::ClientCertVerifier,
    },
    sign::{CertifiedKey, SingleCertAndKey},
};

use crate::{Certificate, Contents, Error, HTTP1, HTTP2, Source, VERSIONS, pem, provider};

/// The files of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFiles {
    /// Its certificate, with those between it and an authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities of callers' certificates, which are asked for if this is given.
    pub client_ca: Option<PathBuf>,
}

/// How a server shakes hands.
#[derive(Clone, Debug)]
pub struct ServerSide {
    /// With callers, which are asked for a certificate where there is an authority for these.
    pub callers: Arc<ServerConfig>,
    /// With whoever asks for health and metrics, which needs none.
    pub probes: Arc<ServerConfig>,
    certificate: Certificate,
}

impl Source for ServerFiles {
    type Loaded = ServerSide;

    fn files(&self) -> Vec<&Path> {
        let all = [&self.certificate, &self.key].into_iter();
        all.chain(&self.client_ca).map(PathBuf::as_path).collect()
    }

    fn load(&self, contents: &Contents, now: Timestamp) -> Result<ServerSide, Error> {
        let Self {
            certificate, key, ..
        } = self;
        let (certified, certificate) = pem::certified(contents, certificate, key, now)?;
        let certified = Arc::new(certified);
        let probes = config(&certified, Arc::new(NoClientAuth))?;
        let callers = match &self.client_ca {
            Some(file) => config(&certified, verifier(pem::authorities(contents, file)?)?)?,
            None => probes.clone(),
        };
        Ok(ServerSide {
            callers,
            probes,
            certificate,
        })
    }

    fn certificate(loaded: &ServerSide) -> Option<&Certificate> {
        Some(&loaded.certificate)
    }
}

fn config(
    certified: &Arc<CertifiedKey>,
    verifier: Arc<dyn ClientCertVerifier>,
) -> Result<Arc<ServerConfig>, Error> {
    let resolver = SingleCertAndKey::from(certified.clone());
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(VERSIONS)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP1.to_vec()];
    Ok(Arc::new(config))
}

fn verifier(roots: Arc<RootCertStore>) -> Result<Arc<dyn ClientCertVerifier>, Error> {
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
    let refused = |error: VerifierBuilderError| rustls::Error::General(error.to_string());
    Ok(verifier.build().map_err(refused)?)
}
