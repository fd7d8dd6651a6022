//! The context that travels with a call: request id, trace, deadline, principal, peer.
//!
//! A server makes one [`Context`] a call, from headers or from the caller in the same process,
//! and runs the handler inside it; channels used in there pass it on by themselves.

pub(crate) mod deadline;
mod id;
mod trace;

use std::{fmt, net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::Instant;

pub use deadline::InvalidTimeout;
pub use id::RequestId;
pub use trace::{SpanId, Trace, TraceId};

use vortex_access::{Credential, Principal};

use crate::{
    access::{Access, Caller, Judging},
    shutdown::Drain,
};

/// The header of the request id, over gRPC and REST.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header of the W3C trace context.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The header of vendors' parts of the W3C trace context, passed on as it came.
pub(crate) const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
/// The header of the time a caller waits, by the gRPC protocol.
pub(crate) const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

tokio::task_local! {
    static CURRENT: Context;
}

/// Where a call comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// This process.
    InProcess,
    /// The other end of a connection.
    Remote(SocketAddr),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProcess => f.write_str("in-process"),
            Self::Remote(address) => address.fmt(f),
        }
    }
}

/// One call's context; a clone is a pointer.
#[derive(Clone, Debug)]
pub struct Context {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    request_id: RequestId,
    trace: Trace,
    trace_state: Option<HeaderValue>,
    deadline: Option<Instant>,
    caller: Caller,
    judging: Option<Arc<Judging>>,
    peer: Peer,
    drain: Drain,
}

impl Context {
    /// A context that begins here: a new request id and trace, no deadline. For work that no
    /// caller asked for, such as a poll.
    pub fn root() -> Self {
        Self::from_inner(Inner {
            request_id: RequestId::random(),
            trace: Trace::root(),
            trace_state: None,
            deadline: None,
            caller: Caller::process(),
            judging: None,
            peer: Peer::InProcess,
            drain: Drain::never(),
        })
    }

    /// A context that begins here as [`Context::root`] does, but for nobody: its calls may do what
    /// anybody may.
    pub fn for_nobody() -> Self {
        Self::root().with_caller(Caller::nobody())
    }

    /// The context a request's headers bring; what is absent or malformed is made again, as
    /// W3C Trace Context demands. `grpc-timeout` is not read here: see [`Context::within`].
    pub fn from_headers(headers: &HeaderMap, peer: Peer) -> Self {
        let parent = headers.get(TRACEPARENT).and_then(Trace::parse);
        Self::from_inner(Inner {
            request_id: RequestId::from_headers(headers),
            trace_state: headers
                .get(TRACESTATE)
                .filter(|_| parent.is_some())
                .cloned(),
            trace: parent.map_or_else(Trace::root, |parent| parent.child()),
            deadline: None,
            caller: Caller::nobody(),
            judging: None,
            peer,
            drain: Drain::never(),
        })
    }

    /// The context of the call being handled, in the task that handles it.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// The context of a request; of one that came through no kit server, a new one.
    pub fn of<T>(request: &tonic::Request<T>) -> Self {
        let attached = request.extensions().get().cloned();
        attached.or_else(Self::current).unwrap_or_else(Self::root)
    }

    /// A call made on behalf of this one, by a neighbour in this process.
    #[must_use]
    pub fn child(&self) -> Self {
        let mut inner = Inner::clone(&self.inner);
        inner.trace = inner.trace.child();
        inner.peer = Peer::InProcess;
        inner.judging = None;
        Self::from_inner(inner)
    }

    /// This context with at most `timeout` left; an earlier deadline stays.
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        let end = Instant::now() + timeout;
        self.change(|inner| {
            inner.deadline = Some(inner.deadline.map_or(end, |earlier| earlier.min(end)));
        })
    }

    /// This context for whom a gate has let in.
    #[must_use]
    pub fn with_caller(self, caller: Caller) -> Self {
        self.change(|inner| inner.caller = caller)
    }

    /// This context with what handlers have to judge.
    #[must_use]
    pub(crate) fn with_judging(self, judging: Arc<Judging>) -> Self {
        self.change(|inner| inner.judging = Some(judging))
    }

    /// This context with the drain that ends its streams.
    #[must_use]
    pub fn with_drain(self, drain: Drain) -> Self {
        self.change(|inner| inner.drain = drain)
    }

    /// Runs `future` with this as [`Context::current`], so that its calls pass it on.
    pub fn scope<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, future)
    }

    /// Runs `f` with this as [`Context::current`].
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self.clone(), f)
    }

    /// The id under which every process logs this request.
    pub fn request_id(&self) -> &RequestId {
        &self.inner.request_id
    }

    /// The trace and this process's span in it.
    pub fn trace(&self) -> Trace {
        self.inner.trace
    }

    /// The moment after which the caller no longer waits for the answer.
    pub fn deadline(&self) -> Option<Instant> {
        self.inner.deadline
    }

    /// The time left until the deadline; zero once it has passed.
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.inner.deadline?;
        Some(deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether the deadline has passed, so that the caller no longer waits for the answer.
    pub fn is_over(&self) -> bool {
        self.remaining() == Some(Duration::ZERO)
    }

    /// Who makes the call.
    pub fn principal(&self) -> &Principal {
        self.inner.caller.principal()
    }

    /// For whom the call is made.
    pub fn caller(&self) -> &Caller {
        &self.inner.caller
    }

    /// What the caller may do within the role that the call needs.
    pub fn access(&self) -> Access {
        Access::of(self.inner.judging.as_ref())
    }

    pub(crate) fn judging(&self) -> Option<&Judging> {
        self.inner.judging.as_deref()
    }

    /// What the caller of a request may do, as [`Context::access`].
    pub fn access_of<T>(request: &tonic::Request<T>) -> Access {
        Self::of(request).access()
    }

    /// Where the call comes from.
    pub fn peer(&self) -> Peer {
        self.inner.peer
    }

    /// Says when this server shuts down, so that streams may end.
    pub fn drain(&self) -> &Drain {
        &self.inner.drain
    }

    /// Writes what the next process needs into a request's headers, with what is left of the
    /// deadline. A shorter `grpc-timeout` already there stays. `own` is what this process shows in
    /// its own work.
    pub(crate) fn inject(&self, own: Option<&Credential>, headers: &mut HeaderMap) {
        self.inner.caller.inject(own, headers);
        headers.insert(REQUEST_ID, self.inner.request_id.to_header());
        headers.insert(TRACEPARENT, self.inner.trace.to_header());
        if let Some(state) = &self.inner.trace_state {
            headers.insert(TRACESTATE, state.clone());
        }
        if let Some(remaining) = self.remaining() {
            let given = deadline::from_headers(headers).ok().flatten();
            let timeout = given.map_or(remaining, |given| given.min(remaining));
            headers.insert(GRPC_TIMEOUT, deadline::to_header(timeout));
        }
    }

    fn from_inner(inner: Inner) -> Self {
        Self {
            inner: Arc::new(inner),
        }
    }

    fn change(mut self, f: impl FnOnce(&mut Inner)) -> Self {
        f(Arc::make_mut(&mut self.inner));
        self
    }
}

/// The time that a request's `grpc-timeout` gives.
pub(crate) fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, InvalidTimeout> {
    deadline::from_headers(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_passes_its_id_and_trace_on_with_a_span_of_its_own() {
        let caller = Context::root();
        let mut headers = HeaderMap::new();
        caller.inject(None, &mut headers);
        let callee = Context::from_headers(&headers, Peer::InProcess);
        assert_eq!(callee.request_id(), caller.request_id());
        assert_eq!(callee.trace().trace_id(), caller.trace().trace_id());
        assert_ne!(callee.trace().span_id(), caller.trace().span_id());
    }

    #[test]
    fn an_earlier_deadline_stays() {
        let context = Context::root()
            .within(Duration::from_secs(1))
            .within(Duration::from_secs(60));
        assert!(context.remaining().unwrap() <= Duration::from_secs(1));
    }

    #[test]
    fn the_timeout_passed_on_is_the_shorter_of_both() {
        let mut headers = HeaderMap::new();
        headers.insert(GRPC_TIMEOUT, HeaderValue::from_static("10m"));
        Context::root()
            .within(Duration::from_secs(5))
            .inject(None, &mut headers);
        assert_eq!(timeout(&headers).unwrap(), Some(Duration::from_millis(10)));
    }
}
