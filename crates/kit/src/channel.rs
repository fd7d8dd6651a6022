//! Calls from one service to another: one type for all generated clients, in process or over a
//! network.

mod attempt;
mod connect;
mod connections;
mod greeting;
mod options;
mod pool;
mod remote;
mod resolve;
mod target;

use std::{
    sync::{Arc, OnceLock},
    task::{self, Poll},
};

use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use tonic::{Status, body::Body};
use tower::Service;

pub use options::Options;
pub use resolve::{Dns, Fixed, Resolve};
pub use target::{InvalidTarget, Target};

use crate::{
    access::OwnCredential,
    context::Context,
    error::{Fault, Reason},
    grpc::{Answers, Calls, Methods, Server, calls::Origin},
    shutdown::Lifecycle,
};
use remote::Remote;

/// A way to a service, for generated clients: `ConfigServiceClient::new(channel)`.
///
/// Calls pass the current [`Context`] on: request id, trace, what is left of the deadline. A clone
/// is a pointer.
#[derive(Clone, Debug)]
pub struct Channel {
    way: Way,
    /// What this process shows in its own work.
    own: OwnCredential,
    /// What is told of answers.
    answers: Option<Answers>,
}

#[derive(Clone, Debug)]
enum Way {
    InProcess(Calls),
    Late(Arc<OnceLock<Calls>>),
    Remote(Arc<Remote>),
}

impl Channel {
    pub(crate) fn in_process(calls: Calls) -> Self {
        Way::InProcess(calls).into()
    }

    /// This channel, with what this process shows in its own work. Calls that it makes for a
    /// caller carry the caller's credential instead.
    #[must_use]
    pub fn showing(self, own: OwnCredential) -> Self {
        Self { own, ..self }
    }

    /// This channel, with what its answers say told as they pass.
    #[must_use]
    pub fn telling(self, answers: Answers) -> Self {
        let answers = Some(answers);
        Self { answers, ..self }
    }

    /// A channel to whatever addresses the target's name has, now and later. It connects at once
    /// and in the background, for as long as the process takes work. `methods` say which calls may
    /// be repeated.
    pub fn connect(
        target: &Target,
        methods: Arc<Methods>,
        options: Options,
        lifecycle: &Lifecycle,
    ) -> Self {
        Self::connect_by(Dns::new(target), target, methods, options, lifecycle)
    }

    /// As [`Channel::connect`], with another way to find the addresses.
    pub fn connect_by(
        resolver: impl Resolve,
        target: &Target,
        methods: Arc<Methods>,
        options: Options,
        lifecycle: &Lifecycle,
    ) -> Self {
        let remote = Remote::start(resolver, target.clone(), methods, options, lifecycle);
        Way::Remote(Arc::new(remote)).into()
    }
}

impl From<Way> for Channel {
    fn from(way: Way) -> Self {
        Self {
            way,
            own: OwnCredential::default(),
            answers: None,
        }
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<Body>, Status>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let path = request.uri().path();
        let answers = self.answers.as_ref();
        let pending = answers.and_then(|answers| answers.pending(path));
        let answer = self.ask(request);
        match pending {
            Some(pending) => Box::pin(async move { pending.answer(answer.await?).await }),
            None => answer,
        }
    }
}

impl Channel {
    fn ask(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, Status>> {
        let context = Context::current();
        match &self.way {
            Way::InProcess(calls) => calls.serve(request, Origin::InProcess(context)),
            Way::Late(slot) => match slot.get() {
                Some(calls) => calls.serve(request, Origin::InProcess(context)),
                None => std::future::ready(Err(unfilled().into())).boxed(),
            },
            Way::Remote(remote) => {
                let (remote, own) = (remote.clone(), self.own.get());
                Box::pin(async move { remote.call(request, context, own.as_deref()).await })
            }
        }
    }
}

/// Stands for a service in this process that is wired later: services may call each other in a
/// circle.
#[derive(Clone, Debug, Default)]
pub struct Slot(Arc<OnceLock<Calls>>);

impl Slot {
    /// A slot that is not filled.
    pub fn new() -> Self {
        Self::default()
    }

    /// A channel to the service; its calls fail with [`Reason::Unavailable`] until it is there.
    pub fn channel(&self) -> Channel {
        Way::Late(self.0.clone()).into()
    }

    /// Fills the slot. The first server stays.
    pub fn fill(&self, server: &Server) {
        self.0.get_or_init(|| server.calls().clone());
    }
}

fn unfilled() -> Fault {
    Fault::new(Reason::Unavailable, "the service is starting")
}
