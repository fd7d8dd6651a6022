//! Generated servers by name, erased once, so that a call costs a map lookup.

use std::{collections::HashMap, convert::Infallible};

use http::{Request, Response};
use tonic::{body::Body, codegen::BoxFuture, server::NamedService};
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
    Fault::new(Reason::MethodUnknown, format!("this server has no {path}"))
}

/// The service in `/package.Service/Method`.
pub(super) fn service_of(path: &str) -> Option<&str> {
    let (service, _method) = path.strip_prefix('/')?.split_once('/')?;
    Some(service)
}
