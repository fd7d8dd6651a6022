//! A connection's stream: its bytes go to hyper request by request, and it ends only once its caller
//! has had the chance to read the answer.

use std::{
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    clocks::{Progress, Wait},
    framing::{Framing, Next},
    handshake::close_notify,
    socket::Socket,
};
use crate::wire::Wire;

/// Bytes that are asked of the system at once.
const PIECE: usize = 8 * 1024;

pub(super) struct Stream {
    stream: Wire<Socket>,
    framing: Framing,
    progress: Progress,
    /// Bytes that came and were not handed on.
    buffer: Vec<u8>,
    /// How many of these bytes hyper may have.
    granted: usize,
    /// How many bytes are thrown away at the end.
    discard: u64,
    shut: bool,
}

impl Stream {
    pub(super) fn new(
        stream: Wire<Socket>,
        framing: Framing,
        progress: Progress,
        discard: u64,
    ) -> Self {
        Self {
            stream,
            framing,
            progress,
            buffer: Vec::new(),
            granted: 0,
            discard,
            shut: false,
        }
    }

    /// Hands on what may be.
    fn hand_on(&mut self, to: &mut ReadBuf<'_>) {
        let bytes = self.granted.min(to.remaining());
        to.put_slice(&self.buffer[..bytes]);
        self.granted -= bytes;
        if bytes == self.buffer.len() {
            // an idle connection keeps no memory
            self.buffer = Vec::new();
        } else {
            self.buffer.drain(..bytes);
        }
    }

    /// Looks at what has come; true when hyper may have something of it.
    fn understand(&mut self) -> bool {
        if self.progress.is_upgraded() {
            self.granted = self.buffer.len();
            return self.granted > 0;
        }
        if self.is_undecided() {
            return false;
        }
        match self.framing.next(&self.buffer) {
            Next::Take(bytes) => self.granted = bytes,
            Next::More => {
                if self.framing.is_between() && !self.buffer.is_empty() {
                    self.progress.head_begins();
                }
                return false;
            }
            Next::Refuse(fault, head) => {
                self.progress.refuse(fault);
                self.buffer = in_place_of(head);
                self.granted = self.buffer.len();
            }
        }
        if self.framing.is_http2() {
            self.progress.speaks_http2();
        }
        true
    }

    /// Whether what comes may be of another protocol: the answer to the request before it tells.
    fn is_undecided(&self) -> bool {
        self.framing.asks_for_upgrade() && self.progress.is_answering()
    }

    /// Reads what has come; the number of bytes is 0 at the end.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut piece = [MaybeUninit::uninit(); PIECE];
        let mut piece = ReadBuf::uninit(&mut piece);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut piece))?;
        self.buffer.extend_from_slice(piece.filled());
        Poll::Ready(Ok(piece.filled().len()))
    }

    /// Throws away the rest of the request, so that the system does not answer it with a reset,
    /// which a caller that is still sending would see in place of our answer. Ends with the
    /// request, or when the caller closes; beyond the limit nothing is read any more, and the
    /// connection's clock ends it.
    fn throw_away(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            self.buffer.drain(..self.granted);
            self.granted = 0;
            if self.framing.is_between() || self.framing.is_http2() || self.progress.is_upgraded() {
                return Poll::Ready(());
            }
            if self.understand() {
                continue;
            }
            self.buffer.clear();
            if self.discard == 0 {
                return Poll::Pending;
            }
            match ready!(self.fill(cx)) {
                Ok(0) | Err(_) => return Poll::Ready(()),
                Ok(bytes) => self.discard = self.discard.saturating_sub(bytes as u64),
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // a caller that speaks TLS has to know that this end is meant
        if !self.shut && self.progress.now().0 == Wait::Idle {
            close_notify(&mut self.stream);
        }
    }
}

/// What hyper gets in place of a head that is refused; the handler is told which it is. The answer
/// to HEAD has no body, whatever is wrong with the rest.
fn in_place_of(head: bool) -> Vec<u8> {
    let method = if head { "HEAD" } else { "REFUSED" };
    format!("{method} / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").into_bytes()
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let is_framed = !this.framing.is_http2() && !this.progress.is_upgraded();
        if !is_framed && this.buffer.is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, to);
        }
        while this.granted == 0 && !this.understand() {
            if this.is_undecided() && !this.buffer.is_empty() {
                this.progress.wake_after_answer(cx);
                // it may have been complete before there was anybody to wake
                match this.is_undecided() {
                    true => return Poll::Pending,
                    false => continue,
                }
            }
            if this.framing.is_refused() {
                // what comes is left to the end, and hyper has all that it needs for an answer
                return Poll::Pending;
            }
            if ready!(this.fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        this.hand_on(to);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
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
        let this = &mut *self;
        if !this.shut {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            this.shut = true;
            this.progress.close();
        }
        this.throw_away(cx).map(Ok)
    }
}
