//! A connection's frames, by tungstenite.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures::{Sink as _, Stream as _};
use tokio::{
    io::{AsyncRead as _, AsyncWriteExt as _, ReadBuf},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig},
    },
};
use vortex_kit::http::Upgraded;
use vortex_realtime::{Broken, Close, Limits, Outgoing};

use super::counted::CountedStream;

/// Bytes that are read at once: what clients send is small, and each connection has this much.
const READ_BUFFER: usize = 1024;
/// Bytes that are thrown away at once.
const PIECE: usize = 4 * 1024;
/// Time for the last bytes to be taken, once all is said.
const PARTING: Duration = Duration::from_secs(1);

/// A connection's frames.
pub(super) struct Socket {
    frames: WebSocketStream<CountedStream>,
    /// Something waits to be taken.
    flushing: bool,
    /// What was written when it was looked at last.
    written: u64,
    /// What came can't be understood, and what comes is thrown away.
    deaf: bool,
}

/// What happens to a connection.
#[derive(Debug)]
pub(super) enum Event {
    Text(Utf8Bytes),
    Binary,
    Ping,
    Pong,
    Closed(Option<u16>),
    Broken(Broken),
    Gone,
    Written,
    Flushed,
}

impl Socket {
    pub(super) async fn new(upgraded: Upgraded, limits: &Limits) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            // what is sent is counted by the session, and goes at once
            .write_buffer_size(0)
            .max_write_buffer_size(usize::MAX)
            .max_message_size(Some(limits.frame_bytes))
            .max_frame_size(Some(limits.frame_bytes));
        let stream = CountedStream::from(upgraded);
        let frames = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        Self {
            frames,
            flushing: false,
            written: 0,
            deaf: false,
        }
    }

    /// Lets a message wait to be taken.
    pub(super) fn send(&mut self, outgoing: Outgoing) {
        // of JSON that was written here
        if let Ok(text) = Utf8Bytes::try_from(outgoing.bytes) {
            self.put(Message::Text(text));
        }
    }

    pub(super) fn ping(&mut self) {
        self.put(Message::Ping(bytes::Bytes::new()));
    }

    pub(super) fn close(&mut self, close: Close) {
        let frame = CloseFrame {
            code: close.code.code().into(),
            reason: close.reason.into(),
        };
        self.put(Message::Close(Some(frame)));
    }

    fn put(&mut self, message: Message) {
        self.flushing = true;
        // a connection that is broken says so when it is read
        let _ = Pin::new(&mut self.frames).start_send(message);
    }

    /// The next that happens. Cancel safe.
    pub(super) async fn next(&mut self) -> Event {
        poll_fn(|cx| self.poll(cx)).await
    }

    /// Closes the connection once what waits was taken, or soon.
    pub(super) async fn end(mut self) {
        let parting = async {
            let flushed = poll_fn(|cx| Pin::new(&mut self.frames).poll_flush(cx)).await;
            drop(flushed);
            let closed = self.frames.get_mut().shutdown().await;
            drop(closed);
        };
        // who does not take it sees that the connection is closed
        let _ = timeout(PARTING, parting).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        if self.flushing {
            match Pin::new(&mut self.frames).poll_flush(cx) {
                Poll::Ready(Ok(())) => {
                    self.flushing = false;
                    return Poll::Ready(Event::Flushed);
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Event::Gone),
                Poll::Pending => {}
            }
            let written = self.frames.get_ref().written;
            if written != std::mem::replace(&mut self.written, written) {
                return Poll::Ready(Event::Written);
            }
        }
        if self.deaf {
            return self.throw_away(cx);
        }
        match Pin::new(&mut self.frames).poll_next(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(Event::Gone),
            Poll::Ready(Some(Ok(message))) => Poll::Ready(self.came(message)),
            Poll::Ready(Some(Err(error))) => Poll::Ready(self.failed(&error)),
        }
    }

    fn came(&mut self, message: Message) -> Event {
        match message {
            Message::Text(text) => Event::Text(text),
            Message::Binary(_) | Message::Frame(_) => Event::Binary,
            Message::Ping(_) => {
                // its answer waits
                self.flushing = true;
                Event::Ping
            }
            Message::Pong(_) => Event::Pong,
            Message::Close(frame) => {
                self.flushing = true;
                Event::Closed(frame.map(|frame| frame.code.into()))
            }
        }
    }

    fn failed(&mut self, error: &Error) -> Event {
        let broken = match error {
            Error::Capacity(_) => Broken::TooLarge,
            Error::Utf8(_) => Broken::Text,
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return Event::Gone,
            Error::Protocol(_) | Error::AttackAttempt => Broken::Frames,
            _ => return Event::Gone,
        };
        self.deaf = true;
        Event::Broken(broken)
    }

    /// Reads on, so that the client gets to read why, and not a reset.
    fn throw_away(&mut self, cx: &mut Context<'_>) -> Poll<Event> {
        let mut piece = [0; PIECE];
        loop {
            let mut piece = ReadBuf::new(&mut piece);
            match Pin::new(self.frames.get_mut()).poll_read(cx, &mut piece) {
                Poll::Ready(Ok(())) if !piece.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Event::Gone),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
