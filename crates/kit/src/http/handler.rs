//! The handler that answers requests, type-erased.

use axum::{Router, body::Body};
use futures::future::BoxFuture;
use http::{Request, Response};
use tower::Service;

use super::Incoming;

/// Answers the requests of a [`Listener`](super::Listener).
///
/// An object and not a type parameter, so that a program has hyper's connection once, however many
/// handlers it serves.
pub trait Handler: Send + Sync + 'static {
    /// Answers a request.
    fn handle(&self, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>>;
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
