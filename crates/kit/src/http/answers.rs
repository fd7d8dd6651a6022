//! Requests on their way to a handler, and its answers on their way back.

use std::{convert::Infallible, future::ready, net::SocketAddr, sync::Arc};

use axum::body::Body;
use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, Version, header};

use super::{
    Handler, Incoming, MAX_HEADERS, PeerAddr, PeerIdentity,
    clocks::taking::Answer,
    incoming::Rest,
    refused,
    upgrade::{Slot, Upgrade},
};

/// A connection's requests and answers.
pub(super) struct Answers {
    pub(super) handler: Arc<dyn Handler>,
    pub(super) peer: SocketAddr,
    pub(super) identity: Option<PeerIdentity>,
    pub(super) rest: Rest,
    pub(super) slot: Slot,
}

impl Answers {
    /// Answers a request. Over HTTP/1 the answer says that the connection closes, if the process
    /// will end, or if not all of the request was read.
    pub(super) fn answer(
        &self,
        request: Request<hyper::body::Incoming>,
    ) -> impl Future<Output = Result<Response<Answer<Body>>, Infallible>> + Send + use<> {
        let answering = self.rest.progress.request();
        let http1 = request.version() < Version::HTTP_2;
        let answer = self.handle(request);
        let rest = self.rest.clone();
        let slot = self.slot.clone();
        async move {
            let mut response = answer.await;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS && slot.is_taken() {
                // before its bytes can come
                rest.progress.upgrade();
                return Ok(response.map(|body| Answer::new(body, answering)));
            }
            let closes = rest.lifecycle.drain().is_announced() || rest.progress.is_unread();
            if http1 && closes {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok(response.map(|body| Answer::new(body, answering)))
        }
    }

    fn handle(
        &self,
        mut request: Request<hyper::body::Incoming>,
    ) -> BoxFuture<'static, Response<Body>> {
        let upgrade = Upgrade::of(&mut request, &self.slot);
        let mut request = request.map(|body| Incoming::new(body, self.rest.clone()));
        request.extensions_mut().insert(PeerAddr(self.peer));
        if let Some(upgrade) = upgrade {
            request.extensions_mut().insert(upgrade);
        }
        if let Some(identity) = &self.identity {
            request.extensions_mut().insert(identity.clone());
        }
        let too_many = request.headers().len() > MAX_HEADERS;
        let refused = self.rest.progress.refused();
        match refused.or_else(|| too_many.then(refused::too_many_headers)) {
            Some(fault) => {
                let response = self.handler.refuse(&fault, &request);
                Box::pin(ready(response))
            }
            None => self.handler.handle(request),
        }
    }
}
