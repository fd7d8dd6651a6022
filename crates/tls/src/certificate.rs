//! What a certificate says of itself.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer as _, time::ASN1Time,
};

use crate::Fault;

/// When a certificate is valid, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its first moment.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
    /// Its subject's alternative names, as far as they are of a kind that is used.
    pub names: Vec<Name>,
}

/// A name of a certificate's subject.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    /// Of a host.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A URI, such as that of a service.
    Uri(String),
}

impl Certificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(der: &CertificateDer<'_>) -> Result<Self, Fault> {
        let malformed = |why: &dyn fmt::Display| Fault::Malformed(why.to_string());
        let (_, read) = X509Certificate::from_der(der).map_err(|error| malformed(&error))?;
        let names = read.subject_alternative_name();
        let names = names.map_err(|error| malformed(&error))?;
        let names = names
            .into_iter()
            .flat_map(|names| &names.value.general_names);
        let validity = read.validity();
        Ok(Self {
            not_before: timestamp(validity.not_before),
            not_after: timestamp(validity.not_after),
            names: names.filter_map(Name::of).collect(),
        })
    }

    /// This certificate, if it is valid at a time.
    pub(crate) fn valid_at(self, now: Timestamp) -> Result<Self, Fault> {
        if now > self.not_after {
            return Err(Fault::Expired(self.not_after));
        }
        if now < self.not_before {
            return Err(Fault::NotYetValid(self.not_before));
        }
        Ok(self)
    }
}

/// A time beyond all calendars is as far away as there is.
fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_second(time.timestamp()).unwrap_or(Timestamp::MAX)
}

impl Name {
    fn of(name: &GeneralName<'_>) -> Option<Self> {
        match name {
            GeneralName::DNSName(name) => Some(Self::Dns(name.to_ascii_lowercase())),
            GeneralName::URI(uri) => Some(Self::Uri((*uri).to_owned())),
            GeneralName::IPAddress(bytes) => address(bytes).map(Self::Ip),
            _ => None,
        }
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).into());
    }
    let six = <[u8; 16]>::try_from(bytes).ok()?;
    Some(Ipv6Addr::from(six).into())
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) | Self::Uri(name) => f.write_str(name),
            Self::Ip(address) => address.fmt(f),
        }
    }
}
