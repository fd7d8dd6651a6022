//! Certificates and keys in PEM.

use std::{path::Path, sync::Arc};

use jiff::Timestamp;
use rustls::{
    Error as Refused, InconsistentKeys, RootCertStore,
    pki_types::{
        CertificateDer, PrivateKeyDer,
        pem::{Error as PemError, PemObject as _},
    },
    sign::CertifiedKey,
};

use crate::{Certificate, Contents, Error, Fault, provider};

/// What PKCS #8 and the older formats write over a key with a passphrase.
const ENCRYPTED: [&str; 2] = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"];

/// A chain of certificates with the key of its first, which is valid now.
pub(crate) fn certified(
    contents: &Contents,
    certificate: &Path,
    key: &Path,
    now: Timestamp,
) -> Result<(CertifiedKey, Certificate), Error> {
    let chain = chain(contents.of(certificate)?).map_err(|fault| fault.of(certificate))?;
    let leaf = chain.first().ok_or(Fault::NoCertificate);
    let leaf = leaf.and_then(|leaf| Certificate::read(leaf));
    let leaf = leaf.and_then(|leaf| leaf.valid_at(now));
    let leaf = leaf.map_err(|fault| fault.of(certificate))?;
    let private = private_key(contents.of(key)?).map_err(|fault| fault.of(key))?;
    contents.warn_if_open(key)?;
    let certified = CertifiedKey::from_der(chain, private, &provider());
    let certified = certified.map_err(|refused| match refused {
        Refused::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            let certificate = certificate.to_owned();
            Fault::Mismatch { certificate }.of(key)
        }
        Refused::InvalidCertificate(why) => Fault::Malformed(why.to_string()).of(certificate),
        other => Fault::Key(other).of(key),
    })?;
    Ok((certified, leaf))
}

/// The authorities in a file.
pub(crate) fn authorities(contents: &Contents, file: &Path) -> Result<Arc<RootCertStore>, Error> {
    let read = || {
        let chain = chain(contents.of(file)?).map_err(|fault| fault.of(file))?;
        let mut roots = RootCertStore::empty();
        for certificate in chain {
            let added = roots.add(certificate);
            added.map_err(|error| Fault::Authority(error).of(file))?;
        }
        Ok(roots)
    };
    read().map(Arc::new)
}

/// All certificates, one at least.
fn chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let read = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>()?;
    match read.is_empty() {
        true => Err(Fault::NoCertificate),
        false => Ok(read),
    }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, Fault> {
    let has = |text: &str| {
        pem.windows(text.len())
            .any(|found| found == text.as_bytes())
    };
    if ENCRYPTED.into_iter().any(has) {
        return Err(Fault::EncryptedKey);
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        PemError::NoItemsFound => Fault::NoKey,
        other => Fault::Pem(other),
    })
}
