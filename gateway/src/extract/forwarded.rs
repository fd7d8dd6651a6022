//! The client's address behind proxies, from what they say in `X-Forwarded-For` and `Forwarded`
//! (RFC 7239).
//!
//! Each proxy appends who called it, so the nearest hop stands last, and what a client makes up
//! stands before what the first proxy appended. The hops are walked from the connection on, for
//! as long as they are trusted proxies; the first that is none is the client.

mod hops;

use std::net::IpAddr;

use http::HeaderMap;

use crate::settings::Network;

/// Hops looked at; nobody runs a longer chain of proxies.
const MAX_HOPS: usize = 32;

/// The address of the client whose request came from `peer`, in its canonical form.
///
/// Proxies tend to write one of the two headers and pass the other on as the client sent it, and
/// which is not known here. So where both are there and do not lead to the same client, neither is
/// believed, and it is `peer`'s own address.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let peer = peer.to_canonical();
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(peer) {
        return peer;
    }
    let one = hops::x_forwarded_for(headers).map(|hops| walk(peer, hops, is_trusted));
    let other = hops::forwarded(headers).map(|hops| walk(peer, hops, is_trusted));
    match (one, other) {
        (Some(one), Some(other)) if one != other => peer,
        _ => one.or(other).unwrap_or(peer),
    }
}

/// Where hops lead to from `peer`, the nearest first. One that cannot be read ends the way, since
/// what is before it may be made up.
fn walk(
    peer: IpAddr,
    hops: impl Iterator<Item = Option<IpAddr>>,
    is_trusted: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let mut reached = peer;
    for hop in hops.take(MAX_HOPS) {
        let Some(address) = hop else { break };
        reached = address;
        if !is_trusted(address) {
            break;
        }
    }
    reached
}

#[cfg(test)]
mod tests;
