//! Bodies that arrive: a request takes a place among those being served only when its body is
//! complete, so that slow bodies do not keep other requests out.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use axum::{BoxError, body::Body};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use vortex_kit::{
    error::Fault,
    http::{BodyError, Incoming},
    shutdown::Drain,
};

use super::admission::{Arrival, Place};

/// Holds the place of a request once it has one. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Held(Arc<Mutex<Option<Place>>>);

struct Arriving {
    body: Incoming,
    arrival: Option<Arrival>,
    held: Held,
}

/// Wraps `body`: when it ends, it takes a place and puts it into `held`. When there is no room, the
/// body ends with the fault.
pub(super) fn arriving(body: Incoming, arrival: Arrival, held: Held) -> Body {
    Body::new(Arriving {
        body,
        arrival: Some(arrival),
        held,
    })
}

impl Held {
    fn hold(&self, place: Place) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }
}

impl Arriving {
    fn grow(&mut self, frame: &Frame<Bytes>) -> Result<(), Fault> {
        match (&mut self.arrival, frame.data_ref()) {
            (Some(arrival), Some(data)) => arrival.grow(data.len()),
            _ => Ok(()),
        }
    }

    fn end(&mut self) -> Result<(), Fault> {
        if let Some(arrival) = self.arrival.take() {
            self.held.hold(arrival.admit()?);
        }
        Ok(())
    }
}

impl HttpBody for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        Poll::Ready(match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
            Some(Ok(frame)) => {
                let grown = this.grow(&frame);
                // those who know by the length that this was the last ask for no more
                let ended = grown.and_then(|()| match this.body.is_end_stream() {
                    true => this.end(),
                    false => Ok(()),
                });
                Some(ended.map(|()| frame).map_err(BoxError::from))
            }
            Some(Err(BodyError::Draining)) => Some(Err(Drain::fault().into())),
            Some(Err(error)) => Some(Err(error.into())),
            None => this.end().err().map(|fault| Err(fault.into())),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
