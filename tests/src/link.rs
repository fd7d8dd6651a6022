//! Links between processes, which do what networks do.

mod cut;
mod lossy;

use std::{fmt::Debug, net::SocketAddr};

pub use cut::Cut;
pub use lossy::Lossy;

/// A way to a process, which it is reached at instead of directly.
pub trait Link: Debug + Send + Sync {
    /// Where it is reached.
    fn address(&self) -> SocketAddr;

    /// What it leads to from now on. Before that nothing passes.
    fn lead_to(&self, target: SocketAddr);
}

/// A listener on a port that is free, for tasks of the current runtime.
fn listener() -> (tokio::net::TcpListener, SocketAddr) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.set_nonblocking(true).expect("it is a socket");
    let address = listener.local_addr().expect("it is bound");
    let listener = tokio::net::TcpListener::from_std(listener).expect("within a runtime");
    (listener, address)
}
