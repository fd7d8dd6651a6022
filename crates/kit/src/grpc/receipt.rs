//! Tracks how far a request's body arrived, to tell whose fault a status without details is.
//!
//! tonic answers a message that does not decode with INTERNAL, and one that breaks off with that or
//! UNKNOWN, as it does for a handler that says so. But it calls a handler with one message only
//! after it has read the body to its end, and leaves the rest of a body unread whose message does
//! not decode.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::MESSAGE_PREFIX;

/// How far the body was read. A clone is a pointer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receipt(Arc<AtomicU8>);

/// How far a body was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Arrival {
    /// Not to its end, or it holds no whole message, so no handler was called with one.
    Partial,
    /// To its end: a handler may have been called.
    Whole,
    /// It broke off: its sender gave up, or the connection ended.
    Broken,
}

impl Receipt {
    /// How far the body was read by now.
    pub(super) fn arrival(&self) -> Arrival {
        let noted = self.0.load(Relaxed);
        let later = [Arrival::Whole, Arrival::Broken];
        let found = later.into_iter().find(|arrival| *arrival as u8 == noted);
        found.unwrap_or(Arrival::Partial)
    }

    /// The body broke off before a decoder read it.
    pub(super) fn note_broken(&self) {
        self.note(Arrival::Broken);
    }

    fn note(&self, arrival: Arrival) {
        self.0.store(arrival as u8, Relaxed);
    }
}

/// A request's body that leaves a [`Receipt`].
pub(super) struct Receiving<B> {
    body: B,
    receipt: Receipt,
    prefix: [u8; MESSAGE_PREFIX],
    bytes: usize,
}

impl<B> Receiving<B> {
    pub(super) fn new(body: B, receipt: Receipt) -> Self {
        Self {
            body,
            receipt,
            prefix: [0; MESSAGE_PREFIX],
            bytes: 0,
        }
    }

    fn count(&mut self, data: &[u8]) {
        let prefix = self.prefix.iter_mut().skip(self.bytes);
        prefix.zip(data).for_each(|(to, from)| *to = *from);
        self.bytes += data.len();
    }

    fn end(&self) {
        let [_flag, length @ ..] = self.prefix;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        let whole = self.bytes >= MESSAGE_PREFIX.saturating_add(length);
        self.receipt.note(match whole {
            true => Arrival::Whole,
            false => Arrival::Partial,
        });
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Receiving<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => match frame.data_ref() {
                Some(data) => self.count(data),
                None => self.end(),
            },
            Poll::Ready(None) => self.end(),
            Poll::Ready(Some(Err(_))) => self.receipt.note(Arrival::Broken),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    /// The verdict on a body that was read to its end.
    async fn read(bytes: &'static [u8]) -> Arrival {
        let receipt = Receipt::default();
        let body = Receiving::new(Full::new(Bytes::from_static(bytes)), receipt.clone());
        body.collect().await.unwrap();
        receipt.arrival()
    }

    #[tokio::test]
    async fn only_a_whole_message_is_taken() {
        assert_eq!(read(b"\0\0\0\0\x02ab").await, Arrival::Whole);
        assert_eq!(read(b"\0\0\0\0\0").await, Arrival::Whole);
        assert_eq!(read(b"\0\0\0\0\x02a").await, Arrival::Partial);
        assert_eq!(read(b"\0\0\0").await, Arrival::Partial);
    }

    #[tokio::test]
    async fn a_body_that_is_not_read_to_its_end_is_not_taken() {
        let receipt = Receipt::default();
        let bytes = Bytes::from_static(b"\0\0\0\0\x02ab");
        let mut body = Receiving::new(Full::new(bytes), receipt.clone());
        body.frame().await.unwrap().unwrap();
        assert_eq!(receipt.arrival(), Arrival::Partial);
    }
}
