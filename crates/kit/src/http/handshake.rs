//! The beginning of a connection where callers speak TLS.

use std::{io, net::SocketAddr, sync::Arc};

use metrics::Counter;
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use vortex_tls::{Certificate, Server};

use super::{Limits, PeerIdentity, clocks::LAST_CALL, socket::Socket};
use crate::{error::Chain, shutdown::Drain, telemetry::Metrics, wire::Wire};

/// The first byte of a handshake.
pub(super) const HANDSHAKE: u8 = 0x16;
/// Bytes that are thrown away at once.
const PIECE: usize = 8 * 1024;

const PLAIN: &str = "\
HTTP/1.1 400 Bad Request\r\n\
content-type: text/plain; charset=utf-8\r\n\
content-length: 35\r\n\
connection: close\r\n\r\n\
this port speaks TLS: use https://\n";

/// Lets callers in who speak TLS.
pub(super) struct Door {
    server: Arc<Server>,
    /// Whether callers are asked for certificates, where there is an authority for these.
    asks: bool,
    limits: Limits,
    failures: Failures,
}

/// A caller that is in: its bytes, and who it is by its certificate.
pub(super) type Inside = (Wire<Socket>, Option<PeerIdentity>);

/// Why a caller is not let in.
enum Refused {
    /// It does not speak TLS.
    Plain(Socket),
    /// It took too long.
    Late,
    /// It went away, or the connection broke.
    Gone(io::Error),
    /// The two sides do not agree.
    Failed(io::Error, Socket),
}

/// Counters of callers that were not let in.
struct Failures {
    plain: Counter,
    late: Counter,
    gone: Counter,
    failed: Counter,
}

impl Failures {
    fn new(metrics: &Metrics) -> Self {
        let help = "Connections that were closed in or before their TLS handshake";
        let reason = |reason| {
            metrics.counter(
                "vortex_tls_handshake_failures_total",
                help,
                &[("reason", reason)],
            )
        };
        Self {
            plain: reason("plain"),
            late: reason("timeout"),
            gone: reason("closed"),
            failed: reason("refused"),
        }
    }
}

impl Door {
    pub(super) fn new(server: Arc<Server>, asks: bool, limits: Limits, metrics: &Metrics) -> Self {
        Self {
            server,
            asks,
            limits,
            failures: Failures::new(metrics),
        }
    }

    /// Shakes hands; `None` when that fails, and all is said and done.
    pub(super) async fn open(
        &self,
        socket: Socket,
        peer: SocketAddr,
        drain: &Drain,
    ) -> Option<Inside> {
        match self.shake_in_time(socket, drain).await {
            Ok(stream) => {
                let identity = identity(&stream);
                Some((Wire::Tls(Box::new(stream.into())), identity))
            }
            Err(refused) => {
                self.turn_away(refused, peer).await;
                None
            }
        }
    }

    async fn shake_in_time(
        &self,
        socket: Socket,
        drain: &Drain,
    ) -> Result<TlsStream<Socket>, Refused> {
        let last_call = async {
            drain.drained().await;
            tokio::time::sleep(LAST_CALL).await;
        };
        tokio::select! {
            shaken = timeout(self.limits.head_timeout, self.shake(socket)) => {
                shaken.unwrap_or(Err(Refused::Late))
            }
            () = last_call => Err(Refused::Late),
        }
    }

    async fn shake(&self, socket: Socket) -> Result<TlsStream<Socket>, Refused> {
        match socket.first_byte().await {
            Ok(Some(HANDSHAKE)) => {}
            Ok(Some(_)) => return Err(Refused::Plain(socket)),
            Ok(None) => return Err(Refused::Gone(io::ErrorKind::UnexpectedEof.into())),
            Err(error) => return Err(Refused::Gone(error)),
        }
        let accept = TlsAcceptor::from(self.config()).accept(socket);
        let shaken = accept.into_fallible().await;
        shaken.map_err(|(error, socket)| match error.kind() {
            io::ErrorKind::InvalidData => Refused::Failed(error, socket),
            _ => Refused::Gone(error),
        })
    }

    /// By what the files hold now.
    fn config(&self) -> Arc<ServerConfig> {
        let side = self.server.get();
        match self.asks {
            true => side.callers.clone(),
            false => side.probes.clone(),
        }
    }

    async fn turn_away(&self, refused: Refused, peer: SocketAddr) {
        let Failures {
            plain,
            late,
            gone,
            failed,
        } = &self.failures;
        match refused {
            Refused::Plain(socket) => {
                plain.increment(1);
                tracing::debug!(%peer, "a caller without TLS was turned away");
                self.part(socket, PLAIN.as_bytes()).await;
            }
            Refused::Late => {
                late.increment(1);
                tracing::debug!(%peer, "the TLS handshake took too long");
            }
            Refused::Gone(error) => {
                gone.increment(1);
                tracing::debug!(%peer, %error, "the connection broke in its TLS handshake");
            }
            Refused::Failed(error, socket) => {
                failed.increment(1);
                tracing::debug!(%peer, error = %Chain(&error), "the TLS handshake failed");
                self.part(socket, b"").await;
            }
        }
    }

    /// Says a last word, and gives the caller the chance to read it and the alert before: what it
    /// still sends is thrown away, since the system would answer it with a reset.
    async fn part(&self, mut socket: Socket, word: &[u8]) {
        let Limits {
            discard_bytes,
            discard_timeout,
            ..
        } = self.limits;
        let parting = async {
            socket.write_all(word).await?;
            socket.shutdown().await?;
            throw_away(&mut socket, discard_bytes).await
        };
        let parted: Result<io::Result<()>, _> = timeout(discard_timeout, parting).await;
        drop(parted);
    }
}

/// Says by TLS that the connection ends, as far as the system takes it at once.
pub(super) fn close_notify(wire: &mut Wire<Socket>) {
    let Wire::Tls(stream) = wire else { return };
    let tokio_rustls::TlsStream::Server(stream) = &mut **stream else {
        return;
    };
    let (socket, session) = stream.get_mut();
    session.send_close_notify();
    // who does not take it sees that the connection is closed
    let _ = session.write_tls(&mut AtOnce(socket));
}

/// Writes without waiting.
struct AtOnce<'s>(&'s Socket);

impl io::Write for AtOnce<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.try_write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn throw_away(socket: &mut Socket, limit: u64) -> io::Result<()> {
    let mut piece = [0; PIECE];
    let mut left = limit;
    while left > 0 {
        match socket.read(&mut piece).await? {
            0 => break,
            bytes => left = left.saturating_sub(bytes as u64),
        }
    }
    Ok(())
}

/// Who the caller is by its certificate, which was verified if it is there.
fn identity(stream: &TlsStream<Socket>) -> Option<PeerIdentity> {
    let (_, session) = stream.get_ref();
    let leaf = session.peer_certificates()?.first()?;
    match Certificate::read(leaf) {
        Ok(certificate) => Some(PeerIdentity(certificate.names.into())),
        Err(fault) => {
            tracing::debug!(%fault, "a client certificate has no names that can be read");
            Some(PeerIdentity(Arc::default()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_to_plain_http_says_its_length() {
        let (_, body) = PLAIN.split_once("\r\n\r\n").unwrap();
        assert!(PLAIN.contains(&format!("content-length: {}\r\n", body.len())));
    }
}
