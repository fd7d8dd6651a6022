//! A connection's stream under its clocks: it fails when too little comes or too little is taken.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{first_bytes::FirstBytes, head::Heard, stall::Stall};

pub(super) struct Timed<S> {
    pub(super) stream: S,
    /// Gone once they have come, or something was answered before.
    pub(super) first: Option<FirstBytes>,
    pub(super) heard: Heard,
    pub(super) stall: Stall,
}

impl<S> Timed<S> {
    fn answer(&mut self) {
        self.first = None;
        self.heard.answer();
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let bytes = buffer.filled().len() - before;
        if bytes > 0 {
            self.heard.bytes();
        }
        let Some(first) = &mut self.first else {
            return read;
        };
        if read.is_pending() {
            return first.wait(cx);
        }
        if first.count(bytes) {
            self.first = None;
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.answer();
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.stall.check(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.answer();
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.stall.check(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.stall.check(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
