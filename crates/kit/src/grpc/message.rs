//! Looks at a call's message without taking it.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame};
use http_body_util::BodyExt;
use tonic::{Status, body::Body};

use super::{MAX_MESSAGE_BYTES, MESSAGE_PREFIX};
use crate::error::{Fault, Reason};

/// What a frame takes beside its bytes, so that a message in very small ones counts for what it is.
pub(super) const FRAME_BYTES: usize = 128;

/// Reads a body up to the end of its first message; gives that, and the body as it was.
pub(crate) async fn peek(mut body: Body) -> Result<(Bytes, Body), Fault> {
    let mut frames = VecDeque::new();
    let mut bytes = 0;
    let message = loop {
        if let Some(length) = length(&frames)? {
            let end = MESSAGE_PREFIX + length;
            if bytes >= end {
                break first(&frames, end);
            }
        }
        let Some(frame) = body.frame().await else {
            // the decoder says what is wrong with it
            break Bytes::new();
        };
        let frame = frame.map_err(Fault::from)?;
        bytes += frame.data_ref().map_or(0, Bytes::len);
        frames.push_back(frame);
        if bytes + frames.len() * FRAME_BYTES > 2 * MAX_MESSAGE_BYTES {
            return Err(too_large());
        }
    };
    let body = Body::new(Ahead { frames, rest: body });
    Ok((message, body))
}

fn too_large() -> Fault {
    let message = format!("the message is larger than {MAX_MESSAGE_BYTES} bytes");
    Fault::new(Reason::MessageTooLarge, message)
}

/// The length of the first message, once its prefix is there.
fn length(frames: &VecDeque<Frame<Bytes>>) -> Result<Option<usize>, Fault> {
    let data = frames.iter().filter_map(Frame::data_ref);
    let mut prefix = data.flatten().copied();
    let mut next = || prefix.next();
    let (Some(flag), Some(a), Some(b), Some(c), Some(d)) = (next(), next(), next(), next(), next())
    else {
        return Ok(None);
    };
    if flag != 0 {
        let message = "compressed messages are not supported";
        return Err(Fault::new(Reason::MethodUnknown, message));
    }
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    match length > MAX_MESSAGE_BYTES {
        true => Err(too_large()),
        false => Ok(Some(length)),
    }
}

/// The bytes from behind the prefix to `end`.
fn first(frames: &VecDeque<Frame<Bytes>>, end: usize) -> Bytes {
    let mut data = frames.iter().filter_map(Frame::data_ref);
    // nearly always all of it
    if let Some(frame) = data.next().filter(|frame| frame.len() >= end) {
        return frame.slice(MESSAGE_PREFIX..end);
    }
    let mut all = BytesMut::with_capacity(end);
    for frame in frames.iter().filter_map(Frame::data_ref) {
        all.extend_from_slice(frame);
    }
    all.truncate(end);
    all.advance(MESSAGE_PREFIX);
    all.freeze()
}

/// What was read of a body ahead of its reader, then the rest of it.
pub(crate) struct Ahead {
    pub(crate) frames: VecDeque<Frame<Bytes>>,
    pub(crate) rest: Body,
}

impl HttpBody for Ahead {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.frames.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.rest.is_end_stream()
    }
}
