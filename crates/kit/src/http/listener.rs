//! The accept loop.

use std::{
    io,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::{Handler, Limits, connection::Protocol};
use crate::{process::Runtime, shutdown::Lifecycle};

/// Pause after a failed accept, which for want of file descriptors would else spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {cause}")]
pub struct BindError {
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub cause: io::Error,
}

/// A bound TCP port that does not accept yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `address`; port 0 takes any that is free.
    ///
    /// # Errors
    /// When the address is taken or not ours. Must be called within a tokio runtime.
    pub fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let bind = || {
            // the standard library sets SO_REUSEADDR, so that a restart need not wait
            let socket = StdListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            let socket = TcpListener::from_std(socket)?;
            Ok(Self { socket, address })
        };
        bind().map_err(|cause| BindError { address, cause })
    }

    /// The address bound, with its real port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers every connection's requests with `handler`, over HTTP/1.1 and HTTP/2, until the
    /// runtime's lifecycle drains. From the moment that is announced, callers are told to take their
    /// next request elsewhere. Then it accepts no more than what has come to the port by then, and
    /// lets each connection end the requests it has; the lifecycle's deadline cuts what does not
    /// end. Requests carry [`PeerAddr`](super::PeerAddr).
    pub fn serve(self, handler: impl Handler, limits: Limits, runtime: &Runtime) {
        self.serve_erased(Arc::new(handler), limits, runtime);
    }

    fn serve_erased(self, handler: Arc<dyn Handler>, limits: Limits, runtime: &Runtime) {
        let connections = Arc::new(Semaphore::new(limits.connections));
        let protocol = Arc::new(Protocol::new(limits, runtime));
        let lifecycle = runtime.lifecycle.clone();
        runtime.lifecycle.spawn_work("listener", async move {
            let serve = |stream, peer, permit: OwnedSemaphorePermit| {
                let (handler, protocol) = (handler.clone(), protocol.clone());
                lifecycle.spawn_work("connection", async move {
                    let _permit = permit;
                    protocol.serve(stream, peer, handler).await;
                });
            };
            while let Some((stream, peer, permit)) = self.accept(&connections, &lifecycle).await {
                serve(stream, peer, permit);
            }
            for (stream, peer) in self.close() {
                let Ok(permit) = connections.clone().try_acquire_owned() else {
                    break;
                };
                serve(stream, peer, permit);
            }
        });
    }

    /// The next connection and its place; `None` once the drain has begun.
    async fn accept(
        &self,
        connections: &Arc<Semaphore>,
        lifecycle: &Lifecycle,
    ) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let accept = async {
            // never closed
            let permit = connections.clone().acquire_owned().await.ok()?;
            let (stream, peer) = self.accept_one().await;
            Some((stream, peer, permit))
        };
        tokio::select! {
            () = lifecycle.drain().begun() => None,
            accepted = accept => accepted,
        }
    }

    /// Closes the port, and gives what the system has accepted at it by then, whose callers may
    /// have sent a request.
    fn close(self) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
        let socket = self.socket.into_std().ok();
        std::iter::from_fn(move || {
            let (stream, peer) = socket.as_ref()?.accept().ok()?;
            stream.set_nonblocking(true).ok()?;
            Some((ready(TcpStream::from_std(stream).ok()?, peer), peer))
        })
    }

    async fn accept_one(&self) -> (TcpStream, SocketAddr) {
        loop {
            match self.socket.accept().await {
                Ok((stream, peer)) => return (ready(stream, peer), peer),
                Err(error) => {
                    tracing::warn!(address = %self.address, %error, "cannot accept");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

fn ready(stream: TcpStream, peer: SocketAddr) -> TcpStream {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "connection without TCP_NODELAY");
    }
    stream
}
