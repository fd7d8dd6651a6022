//! HTTP over TCP, the same loop for gRPC, the admin port and the gateway: bounded connections,
//! time limits on what arrives and on what is taken, an end in order.

mod connection;
mod executor;
mod first_bytes;
mod handler;
mod head;
mod listener;
mod stall;
mod taking;
mod timed;

use std::time::Duration;

pub(crate) use executor::Owned;
pub use handler::Handler;
/// The body of a request that came over a connection.
pub use hyper::body::Incoming;
pub use listener::{BindError, Listener};

/// The address of a connection's other end, as an extension of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub std::net::SocketAddr);

/// What a listener allows its callers.
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
    /// Size of a request's headers.
    pub header_bytes: u32,
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
            keep_alive: Duration::from_secs(20),
            keep_alive_timeout: Duration::from_secs(10),
        }
    }
}
