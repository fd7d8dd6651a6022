//! A time limit on a connection's first bytes.
//!
//! hyper's header timeout begins once it knows the protocol, and HTTP/2 has none before its
//! preface is complete, so a caller that sends nothing, or half a preface, would hold a
//! connection for ever.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

/// Length of HTTP/2's preface, by which the protocol is told.
const PREFACE: usize = 24;

/// A stream that fails to read when its first [`PREFACE`] bytes take too long, unless something
/// was answered before.
pub(super) struct FirstBytes<S> {
    stream: S,
    awaited: Option<Awaited>,
}

struct Awaited {
    bytes: usize,
    timeout: Pin<Box<Sleep>>,
}

impl<S> FirstBytes<S> {
    pub(super) fn new(stream: S, timeout: Duration) -> Self {
        let timeout = Box::pin(tokio::time::sleep(timeout));
        let awaited = Some(Awaited { bytes: 0, timeout });
        Self { stream, awaited }
    }
}

impl Awaited {
    /// Counts what came; true when that is enough.
    fn count(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.bytes >= PREFACE
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstBytes<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Some(awaited) = &mut self.awaited else {
            return read;
        };
        if read.is_pending() {
            ready!(awaited.timeout.as_mut().poll(cx));
            let message = "no request in time";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, message)));
        }
        if awaited.count(buffer.filled().len() - before) {
            self.awaited = None;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.awaited = None;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.awaited = None;
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
