//! Why certificates or keys can't be used.

use std::{io, path::PathBuf};

use jiff::Timestamp;
use rustls::pki_types::pem;

/// Certificates or keys can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can't be.
    #[error("{}: {fault}", file.display())]
    File {
        /// Which one.
        file: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// This machine trusts nobody, or doesn't say whom.
    #[error("no certificate authority that this machine trusts was found{}; name one with --ca", because(.0))]
    NoAuthorities(Vec<String>),
    /// rustls refuses what it is given.
    #[error(transparent)]
    Setup(#[from] rustls::Error),
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It can't be read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is too large to be meant.
    #[error("has more than {0} bytes, and holds no certificates or keys")]
    Size(u64),
    /// It is not PEM.
    #[error("is not valid PEM: {0}")]
    Pem(#[from] pem::Error),
    /// It holds no certificate.
    #[error("holds no certificate: PEM with -----BEGIN CERTIFICATE----- is expected")]
    NoCertificate,
    /// It holds no key.
    #[error("holds no private key: PEM with -----BEGIN PRIVATE KEY----- is expected")]
    NoKey,
    /// Its key has a passphrase.
    #[error(
        "the private key is encrypted, and there is nobody to ask for its passphrase: store it \
         without one (openssl pkey -in FILE -out KEY), readable by this user alone"
    )]
    EncryptedKey,
    /// Its key is of no kind that is known.
    #[error("holds a private key that cannot be used: {0}")]
    Key(rustls::Error),
    /// A certificate in it does not read.
    #[error("holds a certificate that cannot be read: {0}")]
    Malformed(String),
    /// A certificate in it can't be an authority.
    #[error("holds a certificate that cannot be a certificate authority: {0}")]
    Authority(rustls::Error),
    /// Its key is that of another certificate.
    #[error("is not the private key of the certificate in {}", certificate.display())]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
    },
    /// The certificate's time is over.
    #[error("the certificate expired at {0}")]
    Expired(Timestamp),
    /// The certificate's time is to come.
    #[error("the certificate is not valid before {0}")]
    NotYetValid(Timestamp),
}

impl Fault {
    /// This fault, of a file.
    pub(crate) fn of(self, file: impl Into<PathBuf>) -> Error {
        let file = file.into();
        Error::File { file, fault: self }
    }
}

fn because(errors: &[String]) -> String {
    match errors.is_empty() {
        true => String::new(),
        false => format!(" ({})", errors.join("; ")),
    }
}
