//! Connects to one address: TCP, TLS where the target says so, HTTP/2, and the server's first word.

use std::{io, net::SocketAddr, pin::Pin};

use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, sync::oneshot};
use tokio_rustls::TlsConnector;
use tonic::body::Body;

use super::{
    Options, Target,
    greeting::{Greeted, Greeting},
};
use crate::{http::Owned, shutdown::Lifecycle, wire::Wire};

/// A connection, which has to be polled for anything to happen on it.
pub(super) type Connection =
    Pin<Box<http2::Connection<TokioIo<Greeted<Wire<TcpStream>>>, Body, Owned>>>;

/// Makes connections.
pub(super) struct Connector {
    pub(super) target: Target,
    pub(super) options: Options,
    pub(super) lifecycle: Lifecycle,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("{0}")]
    Tcp(#[from] io::Error),
    #[error("{0}")]
    Http(#[from] hyper::Error),
    #[error("no connection in time")]
    Timeout,
    /// A handshake that failed, in words.
    #[error("{0}")]
    Tls(String),
    #[error("TLS is asked for, and there is no authority to trust")]
    NoTrust,
    #[error("it does not speak HTTP/2 by TLS, which gRPC needs")]
    NotHttp2,
    #[error(
        "it answers in HTTP/1.1 and not in HTTP/2: is this its port for gRPC, and does it speak TLS \
         (https://)?"
    )]
    Http1,
    #[error("the port speaks TLS: say https:// to it")]
    SpeaksTls,
    #[error("it does not speak HTTP/2")]
    Unknown,
    #[error("the connection was closed before the server said anything")]
    Closed,
}

impl ConnectError {
    /// The connection was refused: nothing listens at the address.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Tcp(error) if error.kind() == io::ErrorKind::ConnectionRefused)
    }
}

impl Connector {
    /// A connection over which the server has spoken: what is merely open may lead anywhere.
    pub(super) async fn connect(
        &self,
        address: SocketAddr,
    ) -> Result<(SendRequest<Body>, Connection), ConnectError> {
        let connect = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let wire = match self.target.server() {
                Some(server) => self.shake(server, stream).await?,
                None => Wire::Plain(stream),
            };
            self.speak(wire).await
        };
        let connected = tokio::time::timeout(self.options.connect_timeout, connect).await;
        connected.unwrap_or(Err(ConnectError::Timeout))
    }

    async fn shake(
        &self,
        server: &ServerName<'static>,
        stream: TcpStream,
    ) -> Result<Wire<TcpStream>, ConnectError> {
        let tls = self.options.tls.as_ref().ok_or(ConnectError::NoTrust)?;
        let connector = TlsConnector::from(tls.get().config.clone());
        let shaken = connector.connect(server.clone(), stream).await;
        let stream = shaken.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                let why = "it closed the connection in the TLS handshake: does the port speak TLS?";
                ConnectError::Tls(why.to_owned())
            }
            _ => match vortex_tls::explain(&error) {
                Some(told) => ConnectError::Tls(told),
                None => ConnectError::Tcp(error),
            },
        })?;
        match stream.get_ref().1.alpn_protocol() {
            Some(vortex_tls::HTTP2) => Ok(Wire::Tls(Box::new(stream.into()))),
            _ => Err(ConnectError::NotHttp2),
        }
    }

    async fn speak(
        &self,
        wire: Wire<TcpStream>,
    ) -> Result<(SendRequest<Body>, Connection), ConnectError> {
        let (stream, greeting) = Greeted::new(wire);
        let executor = Owned::client(self.lifecycle.clone());
        let (sender, connection) = http2::Builder::new(executor)
            .timer(TokioTimer::new())
            .keep_alive_interval(self.options.keep_alive)
            .keep_alive_timeout(self.options.keep_alive_timeout)
            .keep_alive_while_idle(true)
            .handshake(TokioIo::new(stream))
            .await?;
        let mut connection = Box::pin(connection);
        greeted(&mut connection, greeting).await?;
        Ok((sender, connection))
    }
}

/// Waits until the server has said that it speaks HTTP/2.
async fn greeted(
    connection: &mut Connection,
    mut greeting: oneshot::Receiver<Greeting>,
) -> Result<(), ConnectError> {
    let ended = tokio::select! {
        biased;
        greeting = &mut greeting => return judge(greeting.unwrap_or(Greeting::Closed)),
        ended = connection => ended,
    };
    // it may have ended for what was said
    match (greeting.try_recv(), ended) {
        (Ok(greeting), _) => judge(greeting).and(Err(ConnectError::Closed)),
        (Err(_), Err(error)) => Err(ConnectError::Http(error)),
        (Err(_), Ok(())) => Err(ConnectError::Closed),
    }
}

fn judge(greeting: Greeting) -> Result<(), ConnectError> {
    match greeting {
        Greeting::Http2 => Ok(()),
        Greeting::Http1 => Err(ConnectError::Http1),
        Greeting::Tls => Err(ConnectError::SpeaksTls),
        Greeting::Unknown => Err(ConnectError::Unknown),
        Greeting::Closed => Err(ConnectError::Closed),
        Greeting::Broken(why) => Err(ConnectError::Tls(why)),
    }
}
