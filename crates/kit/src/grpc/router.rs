//! Finds generated servers by name. They are type-erased once, so that a call costs a map lookup.

use std::{collections::HashMap, convert::Infallible, error::Error, sync::OnceLock};

use http::{Request, Response};
use tonic::{Status, body::Body, codegen::BoxFuture, server::NamedService};
use tower::Service;

use crate::error::{Fault, Reason};

/// What tonic's generated servers return.
pub(super) type Handling = BoxFuture<Response<Body>, Infallible>;

trait Handler: Send + Sync {
    fn handle(&self, request: Request<Body>) -> Handling;
}

impl<S> Handler for S
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future = Handling>,
    S: Clone + Send + Sync,
{
    fn handle(&self, request: Request<Body>) -> Handling {
        // generated servers are always ready
        self.clone().call(request)
    }
}

/// A server that is made when it is first called, since most processes are never asked, and it
/// keeps much.
struct Late<S, E> {
    make: Box<dyn Fn() -> Result<S, E> + Send + Sync>,
    made: OnceLock<S>,
}

impl<S: Handler, E: Error + Send + Sync + 'static> Handler for Late<S, E> {
    fn handle(&self, request: Request<Body>) -> Handling {
        let made = match self.made.get() {
            Some(server) => Ok(server),
            None => (self.make)().map(|server| self.made.get_or_init(|| server)),
        };
        match made {
            Ok(server) => server.handle(request),
            Err(error) => {
                let refused = Status::from(Fault::internal(&error)).into_http();
                Box::pin(std::future::ready(Ok(refused)))
            }
        }
    }
}

#[derive(Default)]
pub(super) struct Router {
    handlers: HashMap<&'static str, Box<dyn Handler>>,
}

impl Router {
    pub(super) fn add<S>(&mut self, service: S)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future = Handling>,
        S: NamedService + Clone + Send + Sync + 'static,
    {
        self.handlers.insert(S::NAME, Box::new(service));
    }

    /// As [`Router::add`], for a server that its first call makes.
    pub(super) fn add_late<S, E>(&mut self, make: impl Fn() -> Result<S, E> + Send + Sync + 'static)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future = Handling>,
        S: NamedService + Clone + Send + Sync + 'static,
        E: Error + Send + Sync + 'static,
    {
        let late = Late {
            make: Box::new(make),
            made: OnceLock::new(),
        };
        self.handlers.insert(S::NAME, Box::new(late));
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.handlers.keys().copied()
    }

    /// Hands the request to the service its path names.
    pub(super) fn route(&self, request: Request<Body>) -> Result<Handling, Fault> {
        let path = request.uri().path();
        match service_of(path).and_then(|name| self.handlers.get(name)) {
            Some(handler) => Ok(handler.handle(request)),
            None => Err(unknown(path)),
        }
    }
}

fn unknown(path: &str) -> Fault {
    Fault::new(
        Reason::MethodUnknown,
        format!("this server has no method {path}"),
    )
}

/// The service in `/package.Service/Method`.
pub(super) fn service_of(path: &str) -> Option<&str> {
    let (service, _method) = path.strip_prefix('/')?.split_once('/')?;
    Some(service)
}
