//! Protects a gateway on loopback from DNS rebinding: it answers only to names of loopback.
//!
//! The owner of a domain may point it at 127.0.0.1. A browser on this machine then takes their page
//! to be of the gateway's own origin, and lets it read and write everything. Only the host in its
//! requests gives it away.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, Uri, header, request::Parts, uri::Authority};
use vortex_kit::{
    error::{Fault, Reason},
    http::Address,
};

/// Which hosts are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hosts {
    /// Any: other machines reach the port, under names that the gateway does not know.
    Any,
    /// Addresses, `localhost` and names below it, which cannot be registered.
    Loopback,
}

impl Hosts {
    /// The hosts that a gateway bound to `address` answers.
    pub(crate) fn of(address: &Address) -> Self {
        match address.beyond_loopback() {
            None => Self::Loopback,
            Some(_) => Self::Any,
        }
    }

    /// Fails with `PERMISSION_DENIED` for a request to any other host. A request without a host
    /// does not come from a browser, and passes.
    pub(crate) fn check(self, request: &Parts) -> Result<(), Fault> {
        if self == Self::Any {
            return Ok(());
        }
        match named(&request.uri, &request.headers) {
            Some(host) if !is_loopback(host) => Err(not_ours(host)),
            _ => Ok(()),
        }
    }
}

fn not_ours(host: &[u8]) -> Fault {
    let host = String::from_utf8_lossy(host);
    let message = format!(
        "a gateway on loopback does not answer as {host:?}, but as localhost or by its address"
    );
    Fault::new(Reason::PermissionDenied, message)
}

/// The host and port a request is for: HTTP/2's `:authority`, HTTP/1's absolute form or `Host`.
fn named<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a [u8]> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str().as_bytes()),
        None => Some(headers.get(header::HOST)?.as_bytes()),
    }
}

/// The host and port a request is for; `None` when they are absent or malformed.
pub(crate) fn authority(uri: &Uri, headers: &HeaderMap) -> Option<Authority> {
    Authority::try_from(named(uri, headers)?).ok()
}

/// Whether a host can only be this machine.
fn is_loopback(named: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(named) else {
        return false;
    };
    let host = authority.host();
    is_address(host) || is_localhost(host.strip_suffix('.').unwrap_or(host))
}

/// Whether a name's last part is `localhost` (RFC 6761, 6.3).
fn is_localhost(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    last.eq_ignore_ascii_case("localhost")
}

fn is_address(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare {
        Some(bare) => bare.parse::<Ipv6Addr>().is_ok(),
        None => host.parse::<IpAddr>().is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_localhost_can_only_be_this_machine() {
        for host in [
            "localhost",
            "localhost:8080",
            "LocalHost.",
            "orders.localhost:80",
            "127.0.0.1:8080",
            "192.168.1.7",
            "[::1]:8080",
        ] {
            assert!(is_loopback(host.as_bytes()), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1.nip.io:8080",
            "evil.example:8080",
            "a b",
        ] {
            assert!(!is_loopback(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn what_is_bound_decides_whether_names_matter() {
        let bound = |address: &str| Hosts::of(&address.parse().unwrap());
        for address in ["127.0.0.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            assert_eq!(bound(address), Hosts::Loopback, "{address}");
        }
        for address in ["0.0.0.0:80", "[::]:80", "10.0.0.1:80"] {
            assert_eq!(bound(address), Hosts::Any, "{address}");
        }
    }
}
