//! A response's body, watched until its trailers: counted, cut at the deadline and at the drain.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context as Cx, Poll},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::HeaderMap;
use http_body::Frame;
use tokio::time::Sleep;
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::{Status, body::Body};

use super::{
    call::Call,
    calls,
    ending::{self, Ending},
};
use crate::{error::Fault, shutdown::Drain};

type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

pub(super) struct WatchedBody {
    body: Body,
    /// Gone when the trailers are.
    call: Option<Call>,
    /// Set up only when the handler makes us wait, which one that answers from memory does not.
    timers: Option<Timers>,
}

#[derive(Default)]
struct Timers {
    deadline: Option<Pin<Box<Sleep>>>,
    drained: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    /// The caller's credential is not valid any more.
    lost: Option<BoxFuture<'static, Fault>>,
}

impl WatchedBody {
    pub(super) fn new(body: Body, call: Call) -> Self {
        Self {
            body,
            call: Some(call),
            timers: None,
        }
    }

    fn poll(&mut self, call: &Call, cx: &mut Cx<'_>) -> Result<Polled, Fault> {
        if call.route.shape.server_streaming && call.context.drain().has_begun() {
            return Err(Drain::fault());
        }
        // a stream that always has more to say never waits, so no timer would end it
        if call.route.shape.server_streaming && call.context.is_over() {
            return Err(calls::too_late());
        }
        let body = Pin::new(&mut self.body);
        let poll = || call.context.enter(|| http_body::Body::poll_frame(body, cx));
        let polled = match catch_unwind(AssertUnwindSafe(|| call.span.in_scope(poll))) {
            Ok(polled) => polled,
            Err(panic) => return Err(calls::panicked(&*panic, &call.context)),
        };
        if polled.is_pending() {
            self.timers
                .get_or_insert_with(|| Timers::of(call))
                .poll(cx)?;
        }
        Ok(polled)
    }

    /// Takes note of the body's end, if this is it.
    fn note(&mut self, polled: Polled, call: Call) -> Polled {
        match polled {
            Poll::Ready(Some(Ok(mut frame))) => {
                match frame.trailers_mut().map(|t| ending::seal(t, &call.context)) {
                    Some(ending) => call.finish(ending.unwrap_or(Ending::UNSAID)),
                    None => self.call = Some(call),
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(status))) => self.end(status.into(), call),
            Poll::Ready(None) => {
                call.finish(Ending::UNSAID);
                Poll::Ready(None)
            }
            Poll::Pending => {
                self.call = Some(call);
                Poll::Pending
            }
        }
    }

    /// Ends the body here, with trailers that say why.
    fn end(&mut self, fault: Fault, call: Call) -> Polled {
        self.body = Body::empty();
        let mut trailers = HeaderMap::new();
        call.finish(ending::write(fault, &mut trailers));
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Cx<'_>) -> Polled {
        let this = &mut *self;
        let Some(call) = this.call.take() else {
            return Poll::Ready(None);
        };
        match this.poll(&call, cx) {
            Ok(polled) => this.note(polled, call),
            Err(fault) => this.end(fault, call),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.call.is_none()
    }
}

impl Timers {
    fn of(call: &Call) -> Self {
        let (context, shape) = (&call.context, call.route.shape);
        let sleep = |deadline| Box::pin(tokio::time::sleep_until(deadline));
        let drained = || Box::pin(context.drain().drained());
        let judging = context.judging().filter(|_| shape.server_streaming);
        Self {
            deadline: context.deadline().map(sleep),
            drained: shape.server_streaming.then(drained),
            lost: judging.map(|judging| judging.lost(context.caller()).boxed()),
        }
    }

    fn poll(&mut self, cx: &mut Cx<'_>) -> Result<(), Fault> {
        if let Some(deadline) = &mut self.deadline
            && deadline.as_mut().poll(cx).is_ready()
        {
            return Err(calls::too_late());
        }
        if let Some(drained) = &mut self.drained
            && drained.as_mut().poll(cx).is_ready()
        {
            return Err(Drain::fault());
        }
        if let Some(lost) = &mut self.lost
            && let Poll::Ready(fault) = lost.as_mut().poll(cx)
        {
            return Err(fault);
        }
        Ok(())
    }
}
