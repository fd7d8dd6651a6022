//! Networks by address and prefix, such as those of proxies.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

/// Bits before the IPv4 part of an IPv4-mapped IPv6 address.
const MAPPED_BITS: u8 = 96;

/// A network, or one address: `10.0.0.0/8`, `::1`. IPv4-mapped IPv6 is IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpNet);

/// The text is not a valid network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a valid network; expected one such as 10.0.0.0/8, fd00::/8 or 192.0.2.7")]
pub struct InvalidNetwork(String);

impl Network {
    /// Whether an address, in its canonical form, is of this network.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(given: &str) -> Result<Self, Self::Err> {
        let text = given.trim();
        let network = match text.contains('/') {
            true => text.parse().ok(),
            false => text.parse().ok().map(|address: IpAddr| address.into()),
        };
        let network = network.ok_or_else(|| InvalidNetwork(given.to_owned()))?;
        Ok(Self(canonical(network)))
    }
}

/// An IPv4-mapped network as the IPv4 one it stands for, whose addresses are compared.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else {
        return network;
    };
    let address = v6.addr().to_ipv4_mapped();
    let bits = v6.prefix_len().checked_sub(MAPPED_BITS);
    let v4 = address
        .zip(bits)
        .map(|(address, bits)| Ipv4Net::new(address, bits));
    v4.and_then(Result::ok).map_or(network, IpNet::V4)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(network: &str, address: &str) -> bool {
        let network: Network = network.parse().unwrap();
        network.contains(address.parse::<IpAddr>().unwrap().to_canonical())
    }

    #[test]
    fn a_network_holds_its_addresses_however_they_are_written() {
        assert!(contains("10.0.0.0/8", "10.255.0.1"));
        assert!(contains("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(contains("::ffff:10.0.0.0/104", "10.0.0.1"));
        assert!(contains("::ffff:10.0.0.1", "10.0.0.1"));
        assert!(contains("fd00::/8", "fd12::1"));
        assert!(contains(" 192.0.2.7", "192.0.2.7"));
        assert!(!contains("192.0.2.7", "192.0.2.8"));
        assert!(!contains("::/0", "10.0.0.1"));
    }

    #[test]
    fn what_is_no_network_is_refused_with_examples() {
        for text in ["", "10.0.0.0/33", "proxy", "10.0.0", "10.0.0.0/8/8", "*"] {
            let error = text.parse::<Network>().unwrap_err();
            assert!(error.to_string().contains("10.0.0.0/8"), "{error}");
        }
    }
}
