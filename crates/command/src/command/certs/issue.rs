//! Makes certificates.

use std::{fmt, net::IpAddr, str::FromStr, time::Duration};

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, Error, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, date_time_ymd, string::Ia5String,
};
use rustls::pki_types::ServerName;

/// When certificates are valid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validity {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// A certificate, and its key where that is kept.
pub(super) struct Issued {
    pub(super) name: &'static str,
    pub(super) certificate: String,
    pub(super) key: Option<String>,
}

/// A name or an address of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Host {
    Name(Ia5String),
    Address(IpAddr),
}

impl FromStr for Host {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let refused = || format!("{text:?} is neither a host's name nor an address");
        // of one label whatever it is, as certificates have it
        let plain = text.strip_prefix("*.").unwrap_or(text);
        match ServerName::try_from(plain) {
            Ok(ServerName::DnsName(_)) => {
                let name = text.to_ascii_lowercase();
                name.try_into().map(Self::Name).map_err(|_| refused())
            }
            _ => Err(refused()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name.as_str()),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl From<&Host> for SanType {
    fn from(host: &Host) -> Self {
        match host {
            Host::Name(name) => Self::DnsName(name.clone()),
            Host::Address(address) => Self::IpAddress(*address),
        }
    }
}

/// Issues certificates for as long as it is there; its key is nowhere else.
pub(super) struct Authority(Issuer<'static, KeyPair>);

impl Authority {
    /// A new one, with its certificate.
    pub(super) fn make(validity: &Validity) -> Result<(Self, Issued), Error> {
        let made = validity.from.strftime("%Y-%m-%d");
        let mut params = params(&format!("Vortex development authority of {made}"), validity);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?.pem();
        let issued = Issued {
            name: "ca",
            certificate,
            key: None,
        };
        Ok((Self(Issuer::new(params, key)), issued))
    }

    /// A server's certificate.
    pub(super) fn server(
        &self,
        name: &'static str,
        hosts: &[Host],
        validity: &Validity,
    ) -> Result<Issued, Error> {
        let names = hosts.iter().map(SanType::from).collect();
        let purpose = ExtendedKeyUsagePurpose::ServerAuth;
        self.issue(name, names, purpose, validity)
    }

    /// The certificate that a program shows where it calls: its name, and `vortex://NAME`.
    pub(super) fn caller(&self, name: &'static str, validity: &Validity) -> Result<Issued, Error> {
        let names = vec![
            SanType::DnsName(name.try_into()?),
            SanType::URI(format!("vortex://{name}").try_into()?),
        ];
        let purpose = ExtendedKeyUsagePurpose::ClientAuth;
        self.issue(name, names, purpose, validity)
    }

    fn issue(
        &self,
        name: &'static str,
        names: Vec<SanType>,
        purpose: ExtendedKeyUsagePurpose,
        validity: &Validity,
    ) -> Result<Issued, Error> {
        let mut params = params(name, validity);
        params.subject_alt_names = names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.0)?.pem();
        Ok(Issued {
            name,
            certificate,
            key: Some(key.serialize_pem()),
        })
    }
}

fn params(name: &str, validity: &Validity) -> CertificateParams {
    let at = |time: Timestamp| {
        let since = u64::try_from(time.as_second()).unwrap_or_default();
        date_time_ymd(1970, 1, 1) + Duration::from_secs(since)
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = at(validity.from);
    params.not_after = at(validity.until);
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        for text in ["a.example", "*.a.example", "localhost", "::1", "192.0.2.7"] {
            let host: Host = text.parse().unwrap();
            assert_eq!(host.to_string(), text);
        }
        for text in ["", "a b", "https://a", "a:80", "*", "a.*.b", "ä.example"] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
    }
}
