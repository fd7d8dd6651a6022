//! The first that a server says, by which it is known what it speaks.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::oneshot,
};

/// HTTP/2 begins with the length of a frame, which is not that long.
const HTTP2: u8 = 0x00;
/// An alert of TLS, and a handshake.
const TLS: [u8; 2] = [0x15, 0x16];

/// What a server said first.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    Http2,
    Http1,
    Tls,
    /// Something else.
    Unknown,
    /// Nothing: it closed the connection.
    Closed,
    /// Nothing: the connection broke, with this to say of it.
    Broken(String),
}

impl Greeting {
    fn of(bytes: &[u8]) -> Self {
        match bytes {
            [] => Self::Closed,
            [HTTP2, ..] => Self::Http2,
            [b'H', ..] => Self::Http1,
            [first, ..] if TLS.contains(first) => Self::Tls,
            _ => Self::Unknown,
        }
    }
}

/// A stream that tells of what comes first.
pub(super) struct Greeted<T> {
    stream: T,
    tell: Option<oneshot::Sender<Greeting>>,
}

impl<T> Greeted<T> {
    pub(super) fn new(stream: T) -> (Self, oneshot::Receiver<Greeting>) {
        let (tell, told) = oneshot::channel();
        let tell = Some(tell);
        (Self { stream, tell }, told)
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Greeted<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = to.filled().len();
        let read = ready!(Pin::new(&mut self.stream).poll_read(cx, to));
        if let Some(tell) = self.tell.take() {
            let greeting = match &read {
                Ok(()) => Greeting::of(&to.filled()[before..]),
                Err(error) => Greeting::Broken(
                    vortex_tls::explain(error).unwrap_or_else(|| error.to_string()),
                ),
            };
            // whoever has given up does not want to know
            let _ = tell.send(greeting);
        }
        Poll::Ready(read)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Greeted<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
