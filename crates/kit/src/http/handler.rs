//! The handler that answers requests, type-erased.

use axum::{Router, body::Body};
use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, header};
use tower::Service;

use super::Incoming;
use crate::error::Fault;

/// Answers the requests of a [`Listener`](super::Listener).
///
/// An object and not a type parameter, so that a program has hyper's connection once, however many
/// handlers it serves.
pub trait Handler: Send + Sync + 'static {
    /// Answers a request.
    fn handle(&self, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>>;

    /// Answers a request that is refused for its form. Of one over HTTP/1, `request` tells no more
    /// than where it came from, and whether its method was HEAD.
    fn refuse(&self, fault: &Fault, _: &Request<Incoming>) -> Response<Body> {
        let mut response = Response::new(Body::from(format!("{}\n", fault.message())));
        *response.status_mut() = fault.reason().http_status();
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, plain);
        response
    }
}

impl Handler for Router {
    fn handle(&self, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        // a router is always ready, and cannot fail
        let answer = self.clone().call(request);
        Box::pin(async move {
            let Ok(response) = answer.await;
            response
        })
    }
}
