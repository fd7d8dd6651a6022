//! A request's body, which may be given up before its end.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, SizeHint};

use super::clocks::{LAST_CALL, Progress};
use crate::shutdown::Lifecycle;

/// The body of a request that came over a connection.
#[derive(Debug)]
pub struct Incoming {
    /// Gone when this is.
    body: Option<hyper::body::Incoming>,
    rest: Rest,
    late: Late,
}

/// A body did not arrive whole.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The connection broke, or what came is not a body.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    /// It was still arriving when the process had to end.
    #[error("the server is shutting down, and the request did not arrive in time")]
    Draining,
}

/// Discards the rest of a body that was not read to its end.
#[derive(Clone, Debug)]
pub(super) struct Rest {
    pub(super) progress: Progress,
    pub(super) lifecycle: Lifecycle,
    pub(super) bytes: u64,
    pub(super) timeout: Duration,
}

/// Ready when no more is waited for. Set up only when there is something to wait for.
#[derive(Default)]
struct Late(Option<BoxFuture<'static, ()>>);

impl Incoming {
    pub(super) fn new(body: hyper::body::Incoming, rest: Rest) -> Self {
        Self {
            body: Some(body),
            rest,
            late: Late::default(),
        }
    }
}

impl Late {
    fn poll(&mut self, lifecycle: &Lifecycle, cx: &mut Context<'_>) -> Poll<()> {
        let late = self.0.get_or_insert_with(|| {
            let drained = lifecycle.drain().drained();
            Box::pin(async move {
                drained.await;
                tokio::time::sleep(LAST_CALL).await;
            })
        });
        late.as_mut().poll(cx)
    }
}

impl std::fmt::Debug for Late {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Late").finish_non_exhaustive()
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        if let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(BodyError::from)));
        }
        ready!(this.late.poll(&this.rest.lifecycle, cx));
        Poll::Ready(Some(Err(BodyError::Draining)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            self.rest.clone().of(body);
        }
    }
}

impl Rest {
    /// Over HTTP/1 the connection closes, which throws the rest away by itself
    /// ([`Stream`](super::stream::Stream)). A stream of HTTP/2 would be reset, of which some
    /// clients tell in place of the answer: it is read on, within limits.
    fn of(self, body: hyper::body::Incoming) {
        if !self.progress.is_http2() {
            return self.progress.leave_unread();
        }
        let drain = self.lifecycle.drain().clone();
        let lifecycle = self.lifecycle.clone();
        lifecycle.spawn_work("unread body", async move {
            tokio::select! {
                () = drain.begun() => {}
                _ = tokio::time::timeout(self.timeout, read(body, self.bytes)) => {}
            }
        });
    }
}

/// Reads up to `limit` bytes.
async fn read(mut body: hyper::body::Incoming, limit: u64) {
    let mut left = limit;
    while let Some(Ok(frame)) = body.frame().await {
        let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
        left = left.saturating_sub(bytes);
        if left == 0 {
            return;
        }
    }
}
