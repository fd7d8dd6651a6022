//! HTTP over TCP, the same loop for gRPC, the admin port and the gateway: bounded connections,
//! time limits on what arrives and on what is taken, an end in order.

mod address;
mod answers;
mod chunks;
mod clocks;
mod connection;
mod end;
mod executor;
pub(crate) mod framing;
mod handler;
mod handshake;
mod incoming;
mod listener;
mod loopback;
mod refused;
mod socket;
mod stream;
mod upgrade;

use std::{sync::Arc, time::Duration};

use vortex_tls::Name;

pub use address::{Address, InvalidAddress};
pub(crate) use executor::Owned;
pub use handler::Handler;
pub use incoming::{BodyError, Incoming};
pub use listener::{BindError, Listener, Wanted};
pub use loopback::is_loopback;
pub use upgrade::{Upgrade, Upgraded};

/// The address of a connection's other end, as an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub std::net::SocketAddr);

/// The names in the certificate that a connection's other end has shown, as an extension of each
/// request. It was issued by an authority that the server trusts for callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerIdentity(pub Arc<[Name]>);

/// Headers of a request; more are refused.
pub const MAX_HEADERS: usize = 100;

/// The limits that a listener sets its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; further ones wait in the system's queue.
    pub connections: usize,
    /// Streams at once on one HTTP/2 connection.
    pub streams_per_connection: u32,
    /// Time for a request's head, and for a connection's first bytes.
    pub head_timeout: Duration,
    /// Time an HTTP/1 connection is kept between two requests, until a byte of the next one.
    pub idle_timeout: Duration,
    /// Time in which the caller must take something of what is there to be sent: of an HTTP/2
    /// stream a piece of 16 KiB, or what there is.
    pub write_timeout: Duration,
    /// Size of a request's line and headers together.
    pub header_bytes: u32,
    /// Bytes of a request that are read and thrown away after it was answered, so that its caller
    /// comes to read the answer.
    pub discard_bytes: u64,
    /// Time for that; then the connection is closed, or the HTTP/2 stream reset.
    pub discard_timeout: Duration,
    /// Silence after which an HTTP/2 connection is asked whether it lives.
    pub keep_alive: Duration,
    /// Time for the answer to that.
    pub keep_alive_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            streams_per_connection: 1_000,
            head_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            header_bytes: 64 * 1024,
            discard_bytes: 16 * 1024 * 1024,
            discard_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(20),
            keep_alive_timeout: Duration::from_secs(10),
        }
    }
}
