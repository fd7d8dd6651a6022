//! Where webhooks may be.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The name of this machine.
const LOCALHOST: &str = "localhost";

/// The hosts that may be called. A clone is a pointer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hosts(Arc<[Allowed]>);

/// A host that may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    host: Host<String>,
    port: u16,
    /// Whether without TLS.
    is_clear: bool,
}

/// What is no host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a host is `NAME`, `NAME:PORT` or, to call it without TLS, `http://NAME:PORT`")]
pub(crate) struct InvalidHost;

/// Why a URL may not be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAllowed {
    /// It is none.
    #[error("it is not a URL that begins with https:// or http://")]
    NotUrl,
    /// It has a user or a password.
    #[error("a URL with a user in it is not taken: requests are signed")]
    User,
    /// Its host is not on the list.
    #[error("{0} is not among the hosts that the settings of rollout-svc allow (--gates)")]
    Host(String),
    /// It would be called without TLS.
    #[error("{0} is called over https only: say http:// in the settings to allow it otherwise")]
    Clear(String),
}

impl FromStr for Allowed {
    type Err = InvalidHost;

    fn from_str(given: &str) -> Result<Self, InvalidHost> {
        let (is_clear, rest) = match given.split_once("://") {
            Some(("http", rest)) => (true, rest),
            Some(("https", rest)) => (false, rest),
            Some(_) => return Err(InvalidHost),
            None => (false, given),
        };
        let scheme = if is_clear { "http" } else { "https" };
        let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| InvalidHost)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_bare = is_bare && url.username().is_empty() && url.password().is_none();
        if !is_bare || rest.ends_with('/') {
            return Err(InvalidHost);
        }
        Ok(Self {
            port: url.port_or_known_default().ok_or(InvalidHost)?,
            host: url.host().ok_or(InvalidHost)?.to_owned(),
            is_clear,
        })
    }
}

impl Hosts {
    pub(super) fn new(hosts: Vec<Allowed>) -> Self {
        Self(hosts.into())
    }

    /// All of them, as [`place`] names them.
    pub(super) fn places(&self) -> impl Iterator<Item = String> {
        let all = self.0.iter();
        all.map(|Allowed { host, port, .. }| format!("{host}:{port}"))
    }

    /// The URL, if it may be called.
    ///
    /// # Errors
    /// Says why not.
    pub(super) fn allow(&self, url: &str) -> Result<Url, NotAllowed> {
        let url = Url::parse(url).map_err(|_| NotAllowed::NotUrl)?;
        let is_clear = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(NotAllowed::NotUrl),
        };
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(NotAllowed::NotUrl);
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAllowed::User);
        }
        let host = host.to_owned();
        let named = self.0.iter().filter(|allowed| allowed.host == host);
        let mut named = named.filter(|allowed| allowed.port == port).peekable();
        let place = place(&url);
        if named.peek().is_none() {
            return Err(NotAllowed::Host(place));
        }
        let may_be_clear = is_loopback(&host) || named.any(|allowed| allowed.is_clear);
        match is_clear && !may_be_clear {
            true => Err(NotAllowed::Clear(place)),
            false => Ok(url),
        }
    }
}

/// The host and the port of a URL.
pub(super) fn place(url: &Url) -> String {
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

fn is_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == LOCALHOST,
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Finds the addresses of hosts, and leaves out those that no webhook is at: who can change what a
/// name stands for could otherwise have this machine, or the metadata of a cloud, called. Addresses
/// that are on the list as such are not looked up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses;

impl Resolve for Addresses {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str();
            let found = tokio::net::lookup_host((name, 0)).await?;
            let found: Vec<SocketAddr> = found.collect();
            let may = |address: &SocketAddr| may_be_of(name, address.ip());
            let allowed: Vec<SocketAddr> = found.iter().copied().filter(may).collect();
            if allowed.is_empty() {
                let found = found.into_iter().map(|address| address.ip()).collect();
                return Err(Box::from(NoAddress(found)));
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

/// A name stands only for addresses that are not called.
#[derive(Debug, thiserror::Error)]
struct NoAddress(Vec<IpAddr>);

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self.0.iter().take(3).map(IpAddr::to_string).collect();
        let shown = shown.join(", ");
        write!(f, "its name stands for {shown}, which no webhook may be at")
    }
}

/// Whether a name may stand for an address.
fn may_be_of(name: &str, address: IpAddr) -> bool {
    let address = address.to_canonical();
    if name == LOCALHOST {
        return address.is_loopback();
    }
    let is_link_local = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    !(address.is_loopback() || address.is_unspecified() || address.is_multicast() || is_link_local)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(allowed: &[&str]) -> Hosts {
        let parsed = allowed.iter().map(|host| host.parse().unwrap());
        Hosts::new(parsed.collect())
    }

    #[test]
    fn only_hosts_on_the_list_are_called_and_over_tls() {
        let hosts = hosts(&[
            "gate.example.com",
            "other.example.com:8443",
            "http://inside:8080",
            "127.0.0.1:9000",
            "localhost:9001",
            "[::1]:9002",
        ]);
        for (url, expected) in [
            ("https://gate.example.com/a?b=c", None),
            ("https://GATE.example.com:443/", None),
            ("https://other.example.com:8443/", None),
            ("http://inside:8080/", None),
            ("https://inside:8080/", None),
            ("http://127.0.0.1:9000/", None),
            ("http://localhost:9001/", None),
            ("http://[::1]:9002/", None),
            ("http://gate.example.com/", Some("host")),
            ("http://gate.example.com:443/", Some("clear")),
            ("https://gate.example.com:444/", Some("host")),
            ("https://gate.example.com.evil.org/", Some("host")),
            ("https://gate.example.com@evil.org/", Some("user")),
            ("https://evil.org/?gate.example.com", Some("host")),
            ("https://user@gate.example.com/", Some("user")),
            ("http://127.0.0.1:9001/", Some("host")),
            ("http://127.1:9000/", None),
            ("https://169.254.169.254/", Some("host")),
            ("file:///etc/passwd", Some("url")),
            ("gate.example.com", Some("url")),
            ("", Some("url")),
        ] {
            let refused = hosts.allow(url).err().map(|error| match error {
                NotAllowed::NotUrl => "url",
                NotAllowed::User => "user",
                NotAllowed::Host(_) => "host",
                NotAllowed::Clear(_) => "clear",
            });
            assert_eq!(refused, expected, "{url}");
        }
    }

    #[test]
    fn a_host_has_no_path_and_no_user() {
        for given in [
            "",
            "https://",
            "ftp://gate.example.com",
            "gate.example.com/x",
            "https://gate.example.com/",
            "gate.example.com?x",
            "me@gate.example.com",
            "gate.example.com:port",
        ] {
            assert_eq!(given.parse::<Allowed>(), Err(InvalidHost), "{given}");
        }
    }

    #[test]
    fn a_name_does_not_lead_back_to_this_machine() {
        for (name, address, expected) in [
            ("gate.example.com", "203.0.113.7", true),
            ("gate.example.com", "10.1.2.3", true),
            ("gate.example.com", "fd00::7", true),
            ("gate.example.com", "127.0.0.1", false),
            ("gate.example.com", "::1", false),
            ("gate.example.com", "::ffff:127.0.0.1", false),
            ("gate.example.com", "0.0.0.0", false),
            ("gate.example.com", "169.254.169.254", false),
            ("gate.example.com", "fe80::1", false),
            ("gate.example.com", "224.0.0.1", false),
            ("localhost", "127.0.0.1", true),
            ("localhost", "203.0.113.7", false),
        ] {
            let address = address.parse().unwrap();
            assert_eq!(may_be_of(name, address), expected, "{name} {address}");
        }
    }
}
