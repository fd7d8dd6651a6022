//! One attempt of a call, and whether another may follow.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use tonic::{Status, body::Body};

use super::pool::Live;
use crate::{
    error::{Fault, Reason},
    grpc::{MAX_MESSAGE_BYTES, MESSAGE_PREFIX, Method},
};

/// A call that can be sent, more than once if it may be.
pub(super) enum Outgoing {
    /// With its body in memory.
    Repeatable(Request<Bytes>),
    Once(Request<Body>),
}

/// The outcome of an attempt.
pub(super) enum Outcome {
    Answered(Response<Body>),
    /// The server says that it did nothing.
    Declined(Response<Body>),
    /// The request never left.
    NotSent(Outgoing, String),
    /// It left, and no answer came.
    Broken(String),
}

impl Outgoing {
    /// Reads the body of a call that may be repeated into memory; leaves others as they are.
    pub(super) async fn new(request: Request<Body>, method: Method) -> Result<Self, Fault> {
        if !(method.is_unary() && method.idempotent) {
            return Ok(Self::Once(request));
        }
        let (head, body) = request.into_parts();
        let limit = MAX_MESSAGE_BYTES + MESSAGE_PREFIX;
        match Limited::new(body, limit).collect().await {
            Ok(body) => Ok(Self::Repeatable(Request::from_parts(head, body.to_bytes()))),
            Err(_too_large) => Err(Fault::new(
                Reason::MessageTooLarge,
                format!("the request is over {MAX_MESSAGE_BYTES} bytes"),
            )
            .with("limit_bytes", MAX_MESSAGE_BYTES)),
        }
    }

    /// Sends it; a repeatable one stays with the caller.
    pub(super) async fn send(self, to: &mut Live) -> (Outcome, Option<Self>) {
        let (request, kept) = match self {
            Self::Once(request) => (request, None),
            Self::Repeatable(request) => (
                request.clone().map(|bytes| Body::new(Full::new(bytes))),
                Some(Self::Repeatable(request)),
            ),
        };
        let outcome = match to.sender.try_send_request(request).await {
            Ok(response) => answered(response.map(Body::new)),
            Err(mut error) => match error.take_message() {
                Some(request) => Outcome::NotSent(Self::Once(request), error.error().to_string()),
                None => Outcome::Broken(error.into_error().to_string()),
            },
        };
        (outcome, kept)
    }
}

fn answered(response: Response<Body>) -> Outcome {
    let status = Status::from_header_map(response.headers());
    let declined = status.is_some_and(|status| {
        Fault::is_in(&status) && Fault::from_status(&status).reason().is_transient()
    });
    if declined {
        Outcome::Declined(response)
    } else {
        Outcome::Answered(response)
    }
}
