//! The clock of an HTTP/2 stream that is not read.
//!
//! hyper asks an answer for its next frame once the caller's window has room for the one before.
//! Until then it looks at nothing but the window, for ever if the caller answers pings and never
//! opens it. So an answer notes when hyper has something of it that does not go, and the stream's
//! task is dropped after too long, which resets the stream and leaves the connection's others.

use std::{
    future::poll_fn,
    mem,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::{progress::Answering, stall::Stall};

/// What is handed over at once. hyper takes it whole as soon as the window has one byte, and asks
/// for no more until all of it has gone.
const PIECE: usize = 16 * 1024;

tokio::task_local! {
    /// The state of the HTTP/2 stream whose task this is.
    static TAKING: Taking;
}

/// The state of a stream's answer. A clone is a pointer.
#[derive(Clone, Default)]
struct Taking(Arc<State>);

#[derive(Default)]
struct State {
    /// The piece that waits to be sent: its number, or 0.
    waiting: AtomicU64,
    given_up: AtomicBool,
}

/// Runs an HTTP/2 stream's task until it ends, or until nothing is taken of its answer for as long
/// as `stall` allows.
pub(in crate::http) async fn watched(task: impl Future, mut stall: Stall) {
    let taking = Taking::default();
    let mut task = pin!(TAKING.scope(taking.clone(), task));
    let mut last = 0;
    poll_fn(|cx| {
        if task.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let waiting = taking.0.waiting.load(Relaxed);
        if waiting != mem::replace(&mut last, waiting) {
            stall.stop();
        }
        match waiting {
            0 => Poll::Pending,
            _ => {
                ready!(stall.run(cx));
                taking.0.given_up.store(true, Relaxed);
                Poll::Ready(())
            }
        }
    })
    .await;
}

/// An answer that notes when it is taken, where it goes over HTTP/2: in pieces, then, so that one
/// that is large notes more than its end.
pub(in crate::http) struct Answer<B> {
    body: B,
    answering: Answering,
    taking: Option<Taking>,
    pieces: u64,
    /// The rest of the frame that is being handed over.
    rest: Bytes,
}

impl<B> Answer<B> {
    /// An answer of the stream whose task this is, if it is one.
    pub(in crate::http) fn new(body: B, answering: Answering) -> Self {
        Self {
            body,
            answering,
            taking: TAKING.try_with(Clone::clone).ok(),
            pieces: 0,
            rest: Bytes::new(),
        }
    }
}

impl<B> Drop for Answer<B> {
    fn drop(&mut self) {
        let given_up = |taking: &Taking| taking.0.given_up.load(Relaxed);
        if self.taking.as_ref().is_some_and(given_up) {
            self.answering.give_up();
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Answer<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = &mut *self;
        let Some(taking) = &this.taking else {
            return Pin::new(&mut this.body).poll_frame(cx);
        };
        taking.0.waiting.store(0, Relaxed);
        let mut piece = mem::take(&mut this.rest);
        if piece.is_empty() {
            let polled = ready!(Pin::new(&mut this.body).poll_frame(cx));
            piece = match polled.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => data,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
        }
        this.rest = piece.split_off(piece.len().min(PIECE));
        this.pieces += 1;
        taking.0.waiting.store(this.pieces, Relaxed);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(body.lower().saturating_add(rest));
        hint
    }
}
