//! The settings of TLS.

use std::path::PathBuf;

use vortex_tls::{ClientFiles, HTTP2, Identity, ServerFiles};

/// The certificate of a process's ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct ServerTls {
    /// Certificate chain in PEM, by which all ports speak TLS; read again when it changes
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// Private key of --tls-cert in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Certificate authorities in PEM: callers must show a certificate of one of them, but for
    /// health and metrics at an admin port
    #[arg(long, value_name = "FILE")]
    pub tls_client_ca: Option<PathBuf>,
}

/// Whom a process trusts that it calls, and what it shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Calls")]
pub struct ClientTls {
    /// Certificate authorities in PEM, the only ones that are trusted of services at https://
    /// [default: those that the machine trusts]
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,

    /// Certificate chain in PEM, to show to services that ask for one
    #[arg(long, value_name = "FILE")]
    pub client_cert: Option<PathBuf>,

    /// Private key of --client-cert in PEM
    #[arg(long, value_name = "FILE")]
    pub client_key: Option<PathBuf>,
}

/// A setting without one that it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("--{given} is given, and --{missing} is not: a certificate and its key belong together")]
pub struct Unpaired {
    /// The setting that is there.
    pub given: &'static str,
    /// The one that is not.
    pub missing: &'static str,
}

impl ServerTls {
    /// The files, if the ports are to speak TLS.
    ///
    /// # Errors
    /// When some are given and others are missing.
    pub fn files(&self) -> Result<Option<ServerFiles>, Unpaired> {
        let Self {
            tls_cert,
            tls_key,
            tls_client_ca: client_ca,
        } = self;
        let files = pair(("tls-cert", tls_cert), ("tls-key", tls_key))?;
        match (files, client_ca) {
            (None, Some(_)) => Err(Unpaired {
                given: "tls-client-ca",
                missing: "tls-cert",
            }),
            (files, client_ca) => Ok(files.map(|(certificate, key)| ServerFiles {
                certificate,
                key,
                client_ca: client_ca.clone(),
            })),
        }
    }
}

impl ClientTls {
    /// The files, for calls over gRPC.
    ///
    /// # Errors
    /// When some are given and others are missing.
    pub fn files(&self) -> Result<ClientFiles, Unpaired> {
        let Self {
            ca,
            client_cert,
            client_key,
        } = self;
        let files = pair(("client-cert", client_cert), ("client-key", client_key))?;
        Ok(ClientFiles {
            ca: ca.clone(),
            identity: files.map(|(certificate, key)| Identity { certificate, key }),
            protocols: vec![HTTP2],
        })
    }

    /// Whether anything is given.
    pub fn is_given(&self) -> bool {
        *self != Self::default()
    }
}

type Given<'a> = (&'static str, &'a Option<PathBuf>);

/// Both, or neither.
fn pair(
    (certificate, cert): Given<'_>,
    (key, private): Given<'_>,
) -> Result<Option<(PathBuf, PathBuf)>, Unpaired> {
    let unpaired = |given, missing| Err(Unpaired { given, missing });
    match (cert, private) {
        (Some(cert), Some(private)) => Ok(Some((cert.clone(), private.clone()))),
        (None, None) => Ok(None),
        (Some(_), None) => unpaired(certificate, key),
        (None, Some(_)) => unpaired(key, certificate),
    }
}
