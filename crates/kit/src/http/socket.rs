//! A connection's bytes as the system takes and gives them: it fails when too little is taken.
//!
//! This is below TLS, whose buffers take an answer long before its caller does, and keep some of it
//! while the caller takes the rest.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use super::clocks::{Progress, Stall};

pub(super) struct Socket {
    stream: TcpStream,
    progress: Progress,
    stall: Stall,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, progress: Progress, stall: Stall) -> Self {
        Self {
            stream,
            progress,
            stall,
        }
    }

    /// The first byte, which stays where it is; none when the caller has gone.
    pub(super) async fn first_byte(&self) -> io::Result<Option<u8>> {
        let mut first = [0];
        let there = self.stream.peek(&mut first).await?;
        Ok((there > 0).then_some(first[0]))
    }

    /// Writes what the system takes at once.
    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.try_write(bytes)
    }

    /// Notes the result of a write.
    fn check<T>(
        &mut self,
        written: Poll<io::Result<T>>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        self.progress.write(written.is_pending());
        if written.is_ready() {
            self.stall.stop();
            return written;
        }
        ready!(self.stall.run(cx));
        // else the system would keep what is not taken, for longer than we did
        if let Err(error) = self.stream.set_zero_linger() {
            tracing::debug!(%error, "connection is closed without a reset");
        }
        let message = "the caller does not read";
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, message)))
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, to)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.check(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.check(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.check(flushed, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
