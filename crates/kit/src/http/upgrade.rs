//! Connections that go on as something other than HTTP, such as WebSockets.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::{Buf as _, Bytes};
use futures::future::BoxFuture;
use http::{Version, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::{rt::TokioIo, server::conn::auto::upgrade::downcast};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stream::Stream;
use crate::error::Chain;

/// Takes over the connection of a request: an extension of each that asks for that over HTTP/1.1.
///
/// Whoever takes it over has the connection's place among all that are open until it is done, and
/// is waited for like any connection when the process drains: it has to end by itself then.
#[derive(Clone)]
pub struct Upgrade {
    ready: OnUpgrade,
    slot: Slot,
}

/// Who takes a connection over, once somebody is to. A clone is a pointer.
#[derive(Clone, Default)]
pub(super) struct Slot(Arc<Mutex<Option<Taking>>>);

struct Taking {
    ready: OnUpgrade,
    taker: Taker,
}

type Taker = Box<dyn FnOnce(Upgraded) -> BoxFuture<'static, ()> + Send>;

/// A connection that was taken over, from the first byte behind its request.
pub struct Upgraded {
    stream: Stream,
    /// What was read already.
    first: Bytes,
}

impl Upgrade {
    /// The way to take over a request's connection, if it asks for that.
    pub(super) fn of<B>(request: &mut http::Request<B>, slot: &Slot) -> Option<Self> {
        let asks = request.version() == Version::HTTP_11
            && request.headers().contains_key(header::UPGRADE);
        asks.then(|| Self {
            ready: hyper::upgrade::on(request),
            slot: slot.clone(),
        })
    }

    /// Hands the connection to `taker` once the request is answered, which has to be by 101. It
    /// runs as work of the process.
    pub fn hand_over<F>(&self, taker: impl FnOnce(Upgraded) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.slot.put(Some(Taking {
            ready: self.ready.clone(),
            taker: Box::new(move |upgraded| Box::pin(taker(upgraded))),
        }));
    }
}

impl Slot {
    /// Whether somebody takes the connection over.
    pub(super) fn is_taken(&self) -> bool {
        let taking = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taking.is_some()
    }

    /// What is to be run with the connection, now that HTTP has let go of it.
    pub(super) async fn take_over(&self) -> Option<BoxFuture<'static, ()>> {
        let Taking { ready, taker } = self.put(None)?;
        let upgraded = match ready.await {
            Ok(upgraded) => upgraded,
            Err(error) => {
                tracing::debug!(error = %Chain(&error), "a connection was not upgraded");
                return None;
            }
        };
        let parts = downcast::<TokioIo<Stream>>(upgraded).ok()?;
        Some(taker(Upgraded {
            stream: parts.io.into_inner(),
            first: parts.read_buf,
        }))
    }

    fn put(&self, taking: Option<Taking>) -> Option<Taking> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *slot, taking)
    }
}

impl AsyncRead for Upgraded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.first.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, to);
        }
        let bytes = self.first.len().min(to.remaining());
        to.put_slice(&self.first[..bytes]);
        self.first.advance(bytes);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Upgraded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl std::fmt::Debug for Upgrade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upgrade").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upgraded").finish_non_exhaustive()
    }
}
