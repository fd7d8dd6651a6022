//! Whom a client trusts: read once, for all its connections.

use jiff::Timestamp;
use reqwest::Url;
use rustls::ClientConfig;
use vortex_tls::{ClientFiles, Identity};

use crate::{builder::Settings, error::Error};

/// Whom a client trusts, and what it shows.
#[derive(Debug)]
pub(crate) struct Trust(ClientConfig);

impl Trust {
    /// By these settings, for these servers. Nobody without TLS, as a machine may have no
    /// certificates at all.
    ///
    /// # Errors
    /// When a file can't be used, or the machine trusts nobody.
    pub(crate) fn new(servers: &[&Url], settings: &Settings) -> Result<Self, Error> {
        let secure = |url: &&Url| matches!(url.scheme(), "https" | "grpcs");
        let config = match servers.iter().any(secure) {
            true => files(settings).config(Timestamp::now()),
            false => vortex_tls::trusting_nobody(),
        };
        config
            .map(Self)
            .map_err(|error| Error::setting("ca", error))
    }

    /// For connections of this protocol; none if the one who connects says it.
    pub(super) fn speaking(&self, protocol: Option<&[u8]>) -> ClientConfig {
        let mut config = self.0.clone();
        config.alpn_protocols = protocol.map(<[u8]>::to_vec).into_iter().collect();
        config
    }
}

fn files(settings: &Settings) -> ClientFiles {
    let identity = settings.client_certificate.clone();
    ClientFiles {
        ca: settings.ca.clone(),
        identity: identity.map(|(certificate, key)| Identity { certificate, key }),
        protocols: Vec::new(),
    }
}
