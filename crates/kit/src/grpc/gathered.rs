//! A call's message, read before the call takes its place among those that are served.

use std::collections::VecDeque;

use bytes::Bytes;
use futures::FutureExt;
use http_body_util::BodyExt;
use tonic::{Status, body::Body};

use super::{
    MAX_MESSAGE_BYTES,
    message::{Ahead, FRAME_BYTES},
};
use crate::{
    error::Fault,
    room::{Arrival, Arrivals},
};

/// Why a body was not gathered.
pub(super) enum Ungathered {
    /// There is not enough room for it.
    Refused(Fault),
    /// It broke off.
    Broken(Status),
}

/// Reads `body` to its end. The place that it took to arrive, if it did not arrive at once, is for
/// the caller to keep until it has another.
///
/// Of one that takes more room than the largest message, the rest is left to the decoder, which
/// refuses a message that is too large and says what the limit is.
pub(super) async fn gather(
    mut body: Body,
    arrivals: &Arrivals,
) -> Result<(Body, Option<Arrival>), Ungathered> {
    let mut frames = VecDeque::new();
    let mut bytes = 0;
    let mut arrival = None;
    while bytes <= MAX_MESSAGE_BYTES {
        let frame = match body.frame().now_or_never() {
            Some(frame) => frame,
            None => {
                wait(&mut arrival, arrivals, bytes)?;
                body.frame().await
            }
        };
        let Some(frame) = frame.transpose().map_err(Ungathered::Broken)? else {
            break;
        };
        let taken = FRAME_BYTES + frame.data_ref().map_or(0, Bytes::len);
        bytes += taken;
        if let Some(arrival) = &mut arrival {
            arrival.grow(taken).map_err(Ungathered::Refused)?;
        }
        frames.push_back(frame);
    }
    let body = Body::new(Ahead { frames, rest: body });
    Ok((body, arrival))
}

/// Takes a place for a body of which more is to come. What comes at once needs none, so callers who
/// dribble keep out only each other.
fn wait(
    arrival: &mut Option<Arrival>,
    arrivals: &Arrivals,
    bytes: usize,
) -> Result<(), Ungathered> {
    if arrival.is_none() {
        let mut begun = arrivals.begin().map_err(Ungathered::Refused)?;
        begun.grow(bytes).map_err(Ungathered::Refused)?;
        *arrival = Some(begun);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering::Relaxed},
        },
        time::Duration,
    };

    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    fn arrivals() -> Arrivals {
        Arrivals::new(1, Duration::from_secs(1))
    }

    /// A body of single bytes, and how many of them were asked for.
    fn bytes(count: usize) -> (Body, Arc<AtomicUsize>) {
        let asked = Arc::<AtomicUsize>::default();
        let counted = asked.clone();
        let frames = (0..count).map(move |_| {
            counted.fetch_add(1, Relaxed);
            Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"x")))
        });
        let body = StreamBody::new(stream::iter(frames)).map_err(|never| match never {});
        (Body::new(body), asked)
    }

    #[tokio::test]
    async fn a_message_in_very_small_pieces_counts_for_what_it_takes() {
        let (body, asked) = bytes(MAX_MESSAGE_BYTES);
        let Ok((_body, arrival)) = gather(body, &arrivals()).await else {
            panic!("it is gathered in part");
        };
        assert!(arrival.is_none(), "it was there at once");
        assert!(asked.load(Relaxed) <= MAX_MESSAGE_BYTES / FRAME_BYTES + 1);
    }

    #[tokio::test]
    async fn what_was_not_gathered_follows_what_was() {
        let count = MAX_MESSAGE_BYTES / FRAME_BYTES + 10;
        let (body, asked) = bytes(count);
        let Ok((body, _arrival)) = gather(body, &arrivals()).await else {
            panic!("it is gathered in part");
        };
        assert!(asked.load(Relaxed) < count);
        assert_eq!(body.collect().await.unwrap().to_bytes().len(), count);
    }
}
