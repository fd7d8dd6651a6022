//! The accept loop.

use std::{
    io, iter,
    net::{SocketAddr, TcpListener as StdListener},
    sync::Arc,
    time::Duration,
};

use futures::future::select_all;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::{Address, Handler, Limits, connection::Protocol};
use crate::{process::Runtime, shutdown::Lifecycle};

/// Pause after a failed accept, which for want of file descriptors would else spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// An address could not be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}{}: {cause}{}", purpose(.wanted), advice(.cause, .wanted))]
pub struct BindError {
    /// The address asked for.
    pub address: SocketAddr,
    /// What the system said.
    pub cause: io::Error,
    /// What the address was wanted for.
    pub wanted: Option<Wanted>,
}

/// What an address is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What would be served there.
    pub purpose: String,
    /// The option that chooses another.
    pub option: &'static str,
}

impl BindError {
    /// The same, for an address to serve `purpose` at, which `option` chooses.
    #[must_use]
    pub fn wanted(self, purpose: impl Into<String>, option: &'static str) -> Self {
        let purpose = purpose.into();
        let wanted = Some(Wanted { purpose, option });
        Self { wanted, ..self }
    }

    /// Whether the machine has the address, as far as this error tells.
    fn is_of_an_address_that_is_there(&self) -> bool {
        matches!(
            self.cause.kind(),
            io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied
        )
    }
}

fn purpose(wanted: &Option<Wanted>) -> String {
    let say = |wanted: &Wanted| format!(" for {}", wanted.purpose);
    wanted.as_ref().map(say).unwrap_or_default()
}

/// What whoever started the process may do about it.
fn advice(cause: &io::Error, wanted: &Option<Wanted>) -> String {
    match (wanted.as_ref().map(|wanted| wanted.option), cause.kind()) {
        (None, _) => String::new(),
        (Some(option), io::ErrorKind::AddrInUse) => {
            format!("; end the process that has the port, or choose another with {option}")
        }
        (Some(option), _) => format!("; {option} chooses another"),
    }
}

/// A port, bound at every address of its host, that does not accept yet.
#[derive(Debug)]
pub struct Listener {
    first: Socket,
    others: Vec<Socket>,
    /// Whether callers may be asked for certificates.
    asks: bool,
}

/// A bound TCP socket.
#[derive(Debug)]
struct Socket {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `address`; port 0 takes any that is free. Of a name, every address is bound that this
    /// machine has: `localhost` may name `::1` where there is no IPv6.
    ///
    /// # Errors
    /// When an address is taken, or none is ours. Must be called within a tokio runtime.
    pub fn bind(address: impl Into<Address>) -> Result<Self, BindError> {
        let mut bound: Option<Self> = None;
        let mut missing = None;
        for address in address.into().sockets() {
            let socket = Socket::bind(at_port_of(bound.as_ref(), address));
            match (socket, &mut bound) {
                (Ok(socket), Some(listener)) => listener.others.push(socket),
                (Ok(first), None) => {
                    bound = Some(Self {
                        first,
                        others: Vec::new(),
                        asks: true,
                    });
                }
                (Err(error), _) if error.is_of_an_address_that_is_there() => return Err(error),
                (Err(error), _) => missing = missing.or(Some(error)),
            }
        }
        match (bound, missing) {
            (Some(listener), _) => Ok(listener),
            (None, Some(error)) => Err(error),
            (None, None) => unreachable!("an address is one socket at least"),
        }
    }

    /// The address bound, with its real port; the first one of a name.
    pub fn address(&self) -> SocketAddr {
        self.first.address
    }

    /// The same port, whose callers are never asked for certificates: probes and scrapers have none.
    #[must_use]
    pub fn for_probes(self) -> Self {
        Self {
            asks: false,
            ..self
        }
    }

    /// Answers every connection's requests with `handler`, over HTTP/1.1 and HTTP/2, and by TLS
    /// where the runtime has a certificate, until the runtime's lifecycle drains. From the moment that is announced, callers are told to take their
    /// next request elsewhere. Then it accepts no more than what has come to the port by then, and
    /// lets each connection end the requests it has; the lifecycle's deadline cuts what does not
    /// end. Requests carry [`PeerAddr`](super::PeerAddr), and
    /// [`PeerIdentity`](super::PeerIdentity) where the caller has shown a certificate.
    pub fn serve(self, handler: impl Handler, limits: Limits, runtime: &Runtime) {
        self.serve_erased(Arc::new(handler), limits, runtime);
    }

    fn serve_erased(self, handler: Arc<dyn Handler>, limits: Limits, runtime: &Runtime) {
        let connections = Arc::new(Semaphore::new(limits.connections));
        let protocol = Arc::new(Protocol::new(limits, self.asks, runtime));
        let lifecycle = runtime.lifecycle.clone();
        runtime.lifecycle.spawn_work("listener", async move {
            let serve = |stream, peer, permit: OwnedSemaphorePermit| {
                let (handler, protocol) = (handler.clone(), protocol.clone());
                let work = lifecycle.clone();
                lifecycle.spawn_work("connection", async move {
                    if let Some(upgraded) = protocol.serve(stream, peer, handler).await {
                        work.spawn_work("upgraded connection", async move {
                            let _permit = permit;
                            upgraded.await;
                        });
                    }
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

    /// The next connection at any of the sockets.
    async fn accept_one(&self) -> (TcpStream, SocketAddr) {
        if self.others.is_empty() {
            return self.first.accept_one().await;
        }
        let sockets = iter::once(&self.first).chain(&self.others);
        let accepts = sockets.map(|socket| Box::pin(socket.accept_one()));
        let (accepted, ..) = select_all(accepts).await;
        accepted
    }

    /// Closes the port, and gives what the system has accepted at it by then, whose callers may
    /// have sent a request.
    fn close(self) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
        let sockets = iter::once(self.first).chain(self.others);
        sockets.flat_map(Socket::close)
    }
}

/// The address, at the port that the first socket was given where any would do.
fn at_port_of(first: Option<&Listener>, address: SocketAddr) -> SocketAddr {
    match first {
        Some(first) if address.port() == 0 => SocketAddr::new(address.ip(), first.address().port()),
        _ => address,
    }
}

impl Socket {
    fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let bind = || {
            // the standard library sets SO_REUSEADDR, so that a restart need not wait
            let socket = StdListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            let socket = TcpListener::from_std(socket)?;
            Ok(Self { socket, address })
        };
        bind().map_err(|cause| BindError {
            address,
            cause,
            wanted: None,
        })
    }

    fn close(self) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
        let socket = self.socket.into_std().ok();
        iter::from_fn(move || {
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn name(sockets: &[&str]) -> Address {
        let sockets = sockets.iter().map(|text| text.parse().unwrap());
        Address::of_name("name:0", sockets).unwrap()
    }

    /// Two that every Linux has, and one of a network for documentation.
    const SOME: [&str; 3] = ["127.0.0.1:0", "127.0.0.2:0", "192.0.2.1:0"];

    #[tokio::test]
    async fn a_name_is_bound_at_one_port_of_each_address_that_the_machine_has() {
        let listener = Listener::bind(name(&SOME)).unwrap();
        let port = listener.address().port();
        let bound = [&listener.first].into_iter().chain(&listener.others);
        let bound: Vec<String> = bound.map(|socket| socket.address.to_string()).collect();
        assert_eq!(
            bound,
            [format!("127.0.0.1:{port}"), format!("127.0.0.2:{port}")]
        );
    }

    #[tokio::test]
    async fn a_name_of_which_an_address_is_taken_or_none_is_here_is_refused() {
        let other = Listener::bind(name(&["127.0.0.2:0"])).unwrap();
        let taken = other.address();
        let also = SocketAddr::from(([127, 0, 0, 1], taken.port())).to_string();
        let error = Listener::bind(name(&[&also, &taken.to_string()])).unwrap_err();
        assert_eq!(error.address, taken);
        let error = Listener::bind(name(&["192.0.2.1:0"])).unwrap_err();
        assert_eq!(error.address, "192.0.2.1:0".parse().unwrap());
    }

    #[tokio::test]
    async fn the_last_place_for_a_connection_is_for_a_caller_at_any_address() {
        let clock = crate::clock::System::shared();
        let runtime = Runtime::new("test", "1", clock);
        let limits = Limits {
            connections: 1,
            ..Limits::default()
        };
        let listener = Listener::bind(name(&SOME)).unwrap();
        let port = listener.address().port();
        let routes = crate::admin::routes(runtime.health.clone(), runtime.metrics.clone());
        listener.serve(routes, limits, &runtime);
        for host in ["127.0.0.2", "127.0.0.1", "127.0.0.2"] {
            let mut stream = TcpStream::connect((host, port)).await.unwrap();
            let request = b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
            stream.write_all(request).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            assert!(answer.ends_with(b"live"), "{host}");
        }
    }
}
