//! One connection, from its first byte to its end.

use std::{future::poll_fn, net::SocketAddr, pin::pin, sync::Arc, task::Poll};

use futures::future::BoxFuture;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use metrics::Counter;
use tokio::net::TcpStream;

use super::{
    Handler, Limits, Owned,
    answers::Answers,
    clocks::{self, Progress, Stall, Waiting},
    end::End,
    framing::Framing,
    handshake::{Door, Inside},
    incoming::Rest,
    socket::Socket,
    stream::Stream,
    upgrade::Slot,
};
use crate::{error::Chain, process::Runtime, shutdown::Lifecycle, wire::Wire};

/// HTTP/1.1 and HTTP/2 as this process speaks them.
pub(super) struct Protocol {
    builder: auto::Builder<Owned>,
    limits: Limits,
    slow_readers: Counter,
    lifecycle: Lifecycle,
    /// Where callers speak TLS.
    door: Option<Door>,
}

impl Protocol {
    /// `asks` says whether callers may be asked for certificates.
    pub(super) fn new(limits: Limits, asks: bool, runtime: &Runtime) -> Self {
        let slow_readers = clocks::counter(&runtime.metrics);
        let lifecycle = runtime.lifecycle.clone();
        let owned = Owned::server(
            lifecycle.clone(),
            limits.write_timeout,
            slow_readers.clone(),
        );
        let mut builder = auto::Builder::new(owned);
        builder
            .http1()
            // our own clock does
            .header_read_timeout(None)
            .max_buf_size(limits.header_bytes as usize);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.keep_alive)
            .keep_alive_timeout(limits.keep_alive_timeout)
            .max_concurrent_streams(limits.streams_per_connection)
            .max_header_list_size(limits.header_bytes);
        let tls = runtime.tls.clone();
        Self {
            builder,
            limits,
            slow_readers,
            lifecycle,
            door: tls.map(|tls| Door::new(tls, asks, limits, &runtime.metrics)),
        }
    }

    /// Serves a connection's requests. If it then goes on as something else, gives what is to be run
    /// with it: by whom it is, since a task keeps the memory of all that it has done.
    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        handler: Arc<dyn Handler>,
    ) -> Option<BoxFuture<'static, ()>> {
        let progress = Progress::default();
        let stall = Stall::new(self.limits.write_timeout, self.slow_readers.clone());
        let socket = Socket::new(stream, progress.clone(), stall);
        let (wire, identity) = self.let_in(socket, peer).await?;
        let io = TokioIo::new(self.stream(wire, progress.clone()));
        let slot = Slot::default();
        let answers = Answers {
            handler,
            peer,
            identity,
            rest: Rest {
                progress: progress.clone(),
                lifecycle: self.lifecycle.clone(),
                bytes: self.limits.discard_bytes,
                timeout: self.limits.discard_timeout,
            },
            slot: slot.clone(),
        };
        let service = service_fn(move |request| answers.answer(request));
        let connection = self.builder.serve_connection_with_upgrades(io, service);
        let mut connection = pin!(connection);
        let mut end = End::new(progress.clone(), self.lifecycle.drain());
        let mut waiting = Waiting::new(progress, self.limits);
        let ended = poll_fn(|cx| {
            end.poll(cx);
            if end.takes_leave() {
                connection.as_mut().graceful_shutdown();
            }
            if end.drained {
                waiting.drain();
            }
            if let Poll::Ready(ended) = connection.as_mut().poll(cx) {
                return Poll::Ready(ended);
            }
            waiting.poll(cx).map(Ok)
        });
        if let Err(error) = ended.await {
            tracing::debug!(%peer, error = %Chain(&*error), "connection broke");
            return None;
        }
        slot.take_over().await
    }

    async fn let_in(&self, socket: Socket, peer: SocketAddr) -> Option<Inside> {
        match &self.door {
            Some(door) => door.open(socket, peer, self.lifecycle.drain()).await,
            None => Some((Wire::Plain(socket), None)),
        }
    }

    fn stream(&self, wire: Wire<Socket>, progress: Progress) -> Stream {
        let framing = Framing::new(self.limits.header_bytes as usize);
        Stream::new(wire, framing, progress, self.limits.discard_bytes)
    }
}
