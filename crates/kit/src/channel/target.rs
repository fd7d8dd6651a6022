//! The address of another service as an operator writes it.

use std::{fmt, str::FromStr};

use http::uri::{Authority, PathAndQuery, Scheme, Uri};
use rustls::pki_types::ServerName;
use url::Url;

/// `http://host:port` of a gRPC server, or `https://host:port` of one that speaks TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    authority: Authority,
    /// Where TLS is spoken: whose certificate the server must have.
    server: Option<ServerName<'static>>,
}

/// The text is not a valid target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} is not a valid address of a service: {why} (write http://host:port or https://host:port)"
)]
pub struct InvalidTarget {
    given: String,
    why: &'static str,
}

impl Target {
    /// The host's name or address, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whose certificate the server must have, where it speaks TLS.
    pub(super) fn server(&self) -> Option<&ServerName<'static>> {
        self.server.as_ref()
    }

    /// Whether TLS is spoken there.
    pub fn is_secure(&self) -> bool {
        self.server.is_some()
    }

    fn scheme(&self) -> Scheme {
        match self.server {
            Some(_) => Scheme::HTTPS,
            None => Scheme::HTTP,
        }
    }

    /// The URI of a method here.
    pub(super) fn uri(&self, path: &Uri) -> Result<Uri, http::Error> {
        let path = path.path_and_query().cloned();
        Uri::builder()
            .scheme(self.scheme())
            .authority(self.authority.clone())
            .path_and_query(path.unwrap_or_else(|| PathAndQuery::from_static("/")))
            .build()
    }
}

impl FromStr for Target {
    type Err = InvalidTarget;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let invalid = |why| InvalidTarget {
            given: given.to_owned(),
            why,
        };
        let url = Url::parse(given).map_err(|_| invalid("it is not a URL"))?;
        let is_secure = match url.scheme() {
            "http" => false,
            "https" => true,
            _ => return Err(invalid("its scheme must be http or https")),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(invalid("it must not have a path, a query or a fragment"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("it must not hold credentials"));
        }
        let bracketed = url.host_str().ok_or_else(|| invalid("it has no host"))?;
        let port = url.port_or_known_default().unwrap_or(80);
        let authority = format!("{bracketed}:{port}");
        let host = bracketed.trim_matches(['[', ']']).to_owned();
        let server = is_secure.then(|| ServerName::try_from(host.clone()));
        let server = server.transpose();
        Ok(Self {
            server: server.map_err(|_| invalid("no certificate can be of its host"))?,
            host,
            port,
            authority: authority
                .parse()
                .map_err(|_| invalid("its host is not valid"))?,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_host_and_a_port() {
        let target: Target = "http://config-svc:9091".parse().unwrap();
        assert_eq!((target.host(), target.port()), ("config-svc", 9091));
        let uri = target.uri(&Uri::from_static("/a.B/C")).unwrap();
        assert_eq!(uri, "http://config-svc:9091/a.B/C");
        let six: Target = "http://[::1]:9091/".parse().unwrap();
        assert_eq!(
            (six.host(), six.to_string().as_str()),
            ("::1", "http://[::1]:9091")
        );
    }

    #[test]
    fn a_target_that_speaks_tls_says_so_in_every_request() {
        let target: Target = "https://config-svc".parse().unwrap();
        assert!(target.is_secure());
        assert_eq!(target.to_string(), "https://config-svc:443");
        let uri = target.uri(&Uri::from_static("/a.B/C")).unwrap();
        assert_eq!(uri, "https://config-svc:443/a.B/C");
        let six: Target = "https://[::1]:9091".parse().unwrap();
        let name = six.server().unwrap();
        assert!(matches!(name, ServerName::IpAddress(_)), "{name:?}");
    }

    #[test]
    fn what_a_channel_cannot_reach_is_refused() {
        for text in [
            "config-svc:9091",
            "ftp://a:1",
            "https://a b:1",
            "http://a:1/b",
            "http://u:p@a:1",
            "",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }
}
