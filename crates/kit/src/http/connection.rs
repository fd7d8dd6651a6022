//! One connection, from its first byte to its end.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc};

use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use metrics::Counter;
use tokio::net::TcpStream;

use super::{
    Handler, Limits, Owned, PeerAddr,
    first_bytes::FirstBytes,
    head::{HeadTimer, Heard},
    stall::{self, Stall},
    taking::Answer,
    timed::Timed,
};
use crate::{error::Chain, process::Runtime, shutdown::Drain};

/// HTTP/1.1 and HTTP/2 as this process speaks them.
pub(super) struct Protocol {
    builder: auto::Builder<Owned>,
    limits: Limits,
    slow_readers: Counter,
}

impl Protocol {
    pub(super) fn new(limits: Limits, runtime: &Runtime) -> Self {
        let slow_readers = stall::counter(&runtime.metrics);
        let lifecycle = runtime.lifecycle.clone();
        let owned = Owned::server(lifecycle, limits.write_timeout, slow_readers.clone());
        let mut builder = auto::Builder::new(owned);
        builder
            .http1()
            .header_read_timeout(limits.head_timeout)
            .max_buf_size(limits.header_bytes as usize);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(limits.keep_alive)
            .keep_alive_timeout(limits.keep_alive_timeout)
            .max_concurrent_streams(limits.streams_per_connection)
            .max_header_list_size(limits.header_bytes);
        Self {
            builder,
            limits,
            slow_readers,
        }
    }

    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        handler: Arc<dyn Handler>,
        drain: Drain,
    ) {
        let heard = Heard::default();
        let mut builder = self.builder.clone();
        builder
            .http1()
            .timer(HeadTimer::new(heard.clone(), self.limits));
        let io = TokioIo::new(self.timed(stream, heard));
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddr(peer));
            let answer = handler.handle(request);
            async move { Ok::<_, Infallible>(answer.await.map(Answer::new)) }
        });
        let connection = builder.serve_connection_with_upgrades(io, service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = drain.begun() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, error = %Chain(&*error), "connection broke");
        }
    }

    fn timed<S>(&self, stream: S, heard: Heard) -> Timed<S> {
        Timed {
            stream,
            first: Some(FirstBytes::new(self.limits.head_timeout)),
            heard,
            stall: Stall::new(self.limits.write_timeout, self.slow_readers.clone()),
        }
    }
}
