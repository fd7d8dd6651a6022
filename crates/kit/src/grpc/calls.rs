//! The layers around every handler, whichever way the call arrives: context, admission, deadline,
//! panics, metrics, logs.

use std::{
    any::Any, collections::HashMap, panic::AssertUnwindSafe, pin::pin, sync::Arc, task::Poll,
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use http_body_util::BodyExt;
use tonic::{Status, body::Body};
use tracing::Instrument;

use super::{
    Limits, Methods,
    admission::Admission,
    body::WatchedBody,
    call::Call,
    ending::{self, Ending},
    gathered::{Ungathered, gather},
    judged,
    message::peek,
    receipt::Receiving,
    route::Route,
    router::{Router, service_of},
};
use crate::{
    access::{Caller, Gate, Judging, Watching},
    context::{self, Context, Peer},
    error::{Fault, Reason},
    http::{BodyError, Handler, Incoming, PeerAddr, PeerIdentity},
    room::Arrival,
    shutdown::Drain,
    telemetry::{Metrics, Spans},
};

/// A server's services inside their one layer. As a handler it takes connections' requests;
/// a [`Channel`](crate::channel::Channel) calls it without a network. A clone is a pointer.
#[derive(Clone)]
pub struct Calls {
    inner: Arc<Inner>,
}

struct Inner {
    router: Router,
    routes: HashMap<String, Arc<Route>>,
    unknown: Arc<Route>,
    admission: Admission,
    limits: Limits,
    drain: Drain,
    gate: Gate,
}

/// Where a call comes from, with what its caller passes on.
pub(crate) enum Origin {
    InProcess(Option<Context>),
    Network(Peer),
}

impl Calls {
    pub(super) fn new(
        router: Router,
        methods: &Methods,
        limits: Limits,
        metrics: &Metrics,
        spans: Spans,
        drain: Drain,
        gate: Gate,
    ) -> Self {
        let served: Vec<&str> = router.names().collect();
        let mut routes = HashMap::new();
        for (path, method, rule) in methods.iter() {
            let Some(service) = service_of(path).filter(|name| served.contains(name)) else {
                continue;
            };
            let name = &path[service.len() + 2..];
            let route =
                Route::new(service, name, method, rule.cloned(), metrics, &gate).told_to(&spans);
            routes.insert(path.to_owned(), Arc::new(route));
        }
        let unknown = Route::unknown(metrics, &gate);
        Self {
            inner: Arc::new(Inner {
                router,
                routes,
                unknown: Arc::new(unknown),
                admission: Admission::new(&limits),
                limits,
                drain,
                gate,
            }),
        }
    }

    pub(crate) fn serve(
        &self,
        request: Request<Body>,
        origin: Origin,
    ) -> BoxFuture<'static, Result<Response<Body>, Status>> {
        let inner = self.inner.clone();
        Box::pin(async move { Ok(inner.serve(request, origin).await) })
    }
}

impl Inner {
    async fn serve(&self, request: Request<Body>, origin: Origin) -> Response<Body> {
        let route = self.routes.get(request.uri().path());
        let route = route.unwrap_or(&self.unknown).clone();
        let context = self.context(&request, &origin);
        let timeout = context::timeout(request.headers());
        let context = match &timeout {
            Ok(Some(timeout)) => context.within(*timeout),
            Ok(None) | Err(_) => context,
        };
        let context = if route.shape.is_unary() {
            context.within(self.limits.call_timeout)
        } else {
            context
        };
        let caller = self.caller(&request, &origin, &context, &route);
        let context = match &caller {
            Ok(caller) => self.judged(context, caller, &route),
            Err(_) => context,
        };
        let mut call = Call::begin(route, context.clone(), matches!(origin, Origin::Network(_)));
        let counted = caller.and_then(|caller| self.count(&caller, &origin, &call.route));
        match counted {
            Ok(watching) => call.watch(watching),
            Err(fault) => return refuse(fault, call),
        }
        if let Err(invalid) = timeout {
            let fault = Fault::invalid("grpc-timeout", invalid.to_string());
            return refuse(fault, call);
        }
        let span = call.span.clone();
        context
            .scope(self.handle(request, call))
            .instrument(span)
            .await
    }

    fn context(&self, request: &Request<Body>, origin: &Origin) -> Context {
        let context = match origin {
            Origin::InProcess(Some(caller)) => caller.child(),
            // who calls without saying for whom gets nothing by it
            Origin::InProcess(None) => Context::from_headers(request.headers(), Peer::InProcess),
            Origin::Network(peer) => Context::from_headers(request.headers(), *peer),
        };
        context.with_drain(self.drain.clone())
    }

    /// Who calls. Of a probe that is not asked.
    fn caller(
        &self,
        request: &Request<Body>,
        origin: &Origin,
        context: &Context,
        route: &Route,
    ) -> Result<Caller, Fault> {
        match origin {
            Origin::InProcess(_) => Ok(self.gate.admit_in_process(context.caller())),
            Origin::Network(_) if route.open => Ok(context.caller().clone()),
            Origin::Network(peer) => {
                let caller = self.gate.admit(request.headers(), *peer, &route.name)?;
                let caller = match caller.is_nobody() {
                    true => self.service(request).unwrap_or(caller),
                    false => caller,
                };
                // methods without a rule, such as reflection, are for anybody who is known
                let is_unknown = caller.principal().grants().is_empty();
                match route.rule.is_none() && is_unknown && self.gate.is_required() {
                    true => Err(self.gate.refuse_nobody(*peer, &route.name)),
                    false => Ok(caller),
                }
            }
        }
    }

    /// Counts a call against what its caller may ask for. What a service asks of another in this
    /// process, for a caller whose call was counted, is not counted again.
    fn count(
        &self,
        caller: &Caller,
        origin: &Origin,
        route: &Route,
    ) -> Result<Option<Watching>, Fault> {
        let is_counted =
            matches!(origin, Origin::InProcess(Some(from)) if from.judging().is_some());
        match is_counted || route.infrastructure {
            true => Ok(None),
            false => self.gate.count(caller, route.counted()),
        }
    }

    /// The service that makes a call in its own work, known by its certificate.
    fn service(&self, request: &Request<Body>) -> Option<Caller> {
        let identity = request.extensions().get::<PeerIdentity>();
        self.gate.service(request.headers(), identity)
    }

    fn judged(&self, context: Context, caller: &Caller, route: &Route) -> Context {
        let context = context.with_caller(caller.clone());
        match &route.bench {
            Some(bench) => {
                let judging = Judging::new(bench, caller, context.peer());
                context.with_judging(judging)
            }
            None => context,
        }
    }

    async fn handle(&self, request: Request<Body>, mut call: Call) -> Response<Body> {
        // no work is begun when its caller has given up, however fast it would be
        if call.context.is_over() {
            return refuse(too_late(), call);
        }
        let arrived = match self.arrive(request, &call).await {
            Ok(arrived) => arrived,
            Err(Ungathered::Refused(fault)) => return refuse(fault, call),
            Err(Ungathered::Broken(status)) => return answer(status.into_http(), call),
        };
        let (request, arrival) = arrived;
        let mut request = match self.judge(request, &call).await {
            Ok(request) => request,
            Err(fault) => return refuse(fault, call),
        };
        match self.admission.admit(&call.route) {
            Ok(place) => call.hold(place),
            Err(fault) => return refuse(fault, call),
        }
        drop(arrival);
        request.extensions_mut().insert(call.context.clone());
        let handling = match self.router.route(request) {
            Ok(handling) => AssertUnwindSafe(handling).catch_unwind(),
            Err(fault) => return refuse(fault, call),
        };
        let handled = match call.context.deadline() {
            Some(deadline) => tokio::time::timeout_at(deadline, handling).await,
            None => Ok(handling.await),
        };
        match handled {
            Ok(Ok(Ok(response))) => match unjudged(&response, &call) {
                Some(fault) => refuse(fault, call),
                None => answer(response, call),
            },
            Ok(Err(panic)) => {
                let fault = panicked(&*panic, &call.context);
                refuse(fault, call)
            }
            Err(_elapsed) => refuse(too_late(), call),
        }
    }

    /// The request, if its caller may make it as far as can be said before it is handled.
    async fn judge(&self, request: Request<Body>, call: &Call) -> Result<Request<Body>, Fault> {
        let (Some(rule), Some(judging)) = (&call.route.rule, call.context.judging()) else {
            return Ok(request);
        };
        let Some(fields) = judged::before_message(rule, judging)? else {
            return Ok(request);
        };
        let (head, body) = request.into_parts();
        let (message, body) = self.peek(body).await?;
        judged::by_message(fields, judging, &message)?;
        Ok(Request::from_parts(head, body))
    }

    /// The message of a body, and the body as it was.
    async fn peek(&self, body: Body) -> Result<(Bytes, Body), Fault> {
        let mut peeking = pin!(peek(body));
        // nearly always it is there, and no clock has to be set
        match futures::poll!(&mut peeking) {
            Poll::Ready(peeked) => peeked,
            Poll::Pending => {
                let peeked = tokio::time::timeout(self.limits.call_timeout, peeking).await;
                peeked.map_err(|_elapsed| too_late())?
            }
        }
    }

    /// The request with its message, once that is there. What is called from within this process
    /// has it already, and a stream of messages is read as it comes.
    async fn arrive(
        &self,
        request: Request<Body>,
        call: &Call,
    ) -> Result<(Request<Body>, Option<Arrival>), Ungathered> {
        let Some(receipt) = call.receipt() else {
            return Ok((request, None));
        };
        let (head, body) = request.into_parts();
        let (body, arrival) = match call.route.gathers {
            true => self.gather(body, call).await.inspect_err(|why| {
                if let Ungathered::Broken(_) = why {
                    receipt.note_broken();
                }
            })?,
            false => (body, None),
        };
        // it notes how much of the message the decoder reads, which says what became of the call
        let body = Body::new(Receiving::new(body, receipt.clone()));
        Ok((Request::from_parts(head, body), arrival))
    }

    async fn gather(&self, body: Body, call: &Call) -> Result<(Body, Option<Arrival>), Ungathered> {
        let gathering = gather(body, &self.admission.arrivals);
        let gathered = match call.context.deadline() {
            Some(deadline) => tokio::time::timeout_at(deadline, gathering).await,
            None => Ok(gathering.await),
        };
        gathered.unwrap_or_else(|_elapsed| Err(Ungathered::Refused(too_late())))
    }
}

/// An answer that is an error ends the call; any other ends with its body.
fn answer(mut response: Response<Body>, call: Call) -> Response<Body> {
    if let Some(fault) = call.unreadable(response.headers()) {
        return refuse(fault, call);
    }
    match ending::seal(response.headers_mut(), &call.context) {
        Some(ending) => {
            call.finish(ending);
            response
        }
        None => response.map(|body| Body::new(WatchedBody::new(body, call))),
    }
}

fn refuse(fault: Fault, call: Call) -> Response<Body> {
    call.finish(Ending::of(&fault));
    Status::from(fault).into_http()
}

/// A method that leaves it to its handler whether the caller may, and whose handler never asked,
/// does not answer: that would be a hole.
fn unjudged(response: &Response<Body>, call: &Call) -> Option<Fault> {
    let rule = call.route.rule.as_ref()?;
    let asked = call.context.judging()?.was_asked();
    let has_failed = ending::has_failed(response.headers());
    if asked || has_failed || !rule.is_left_to_handler() {
        return None;
    }
    let (service, method) = (&*call.route.service, &*call.route.method);
    tracing::error!(
        service,
        method,
        "its handler does not judge what its caller may do"
    );
    Some(Fault::hidden(Some(&call.context)))
}

pub(super) fn too_late() -> Fault {
    Fault::new(
        Reason::DeadlineExceeded,
        "the deadline passed before the answer was complete",
    )
}

/// A panic's message goes to the log, once and here.
pub(super) fn panicked(panic: &(dyn Any + Send), context: &Context) -> Fault {
    let text = panic.downcast_ref::<&str>().copied();
    let message = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let cause = message.unwrap_or("panic without a message");
    context.enter(|| tracing::error!(cause, "handler panicked"));
    Fault::hidden(Some(context))
}

/// Why a request did not arrive whole, as tonic answers it.
fn broken(error: BodyError) -> Box<dyn std::error::Error + Send + Sync> {
    match error {
        BodyError::Draining => Status::from(Drain::fault()).into(),
        BodyError::Broken(error) => error.into(),
    }
}

impl Handler for Calls {
    fn handle(&self, request: Request<Incoming>) -> BoxFuture<'static, Response<axum::body::Body>> {
        let inner = self.inner.clone();
        Box::pin(async move {
            let peer = request.extensions().get::<PeerAddr>();
            let peer = peer.map_or(Peer::InProcess, |peer| Peer::Remote(peer.0));
            let request = request.map(|body| Body::new(body.map_err(broken)));
            let response = inner.serve(request, Origin::Network(peer)).await;
            response.map(axum::body::Body::new)
        })
    }
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Calls").finish_non_exhaustive()
    }
}
