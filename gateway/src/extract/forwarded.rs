//! The client's address behind proxies, from what they say in `X-Forwarded-For` and `Forwarded`
//! (RFC 7239).
//!
//! Each proxy appends the address that called it, so the nearest hop comes last, and anything a
//! client forges comes before what the first proxy appended. The hops are walked from the
//! connection outwards while they are trusted proxies; the first that is not one is the client.

mod hops;

use std::net::IpAddr;

use http::HeaderMap;

use crate::settings::Network;

/// Hops that are looked at; longer chains of proxies do not occur.
const MAX_HOPS: usize = 32;

/// The address of the client whose request came from `peer`, in its canonical form.
///
/// A proxy usually writes one of the two headers and passes the other on as the client sent it; the
/// gateway does not know which. When both are present and lead to different clients, neither is
/// trusted, and the answer is `peer`.
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

/// Follows hops from `peer`, the nearest first. One that cannot be parsed ends the walk, since
/// anything before it may be forged.
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
