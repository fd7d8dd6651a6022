//! What a session is told.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;

use super::MessageKind;

/// The time, by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Since any fixed moment; it never goes back.
    pub monotonic: Duration,
    /// For messages.
    pub wall: Timestamp,
}

/// What comes to a connection.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A text message came.
    Text(&'a str),
    /// A binary message came.
    Binary,
    /// A ping frame came, and is answered.
    Ping,
    /// A pong frame came.
    Pong,
    /// A close frame came, with this code if with any, and is answered.
    Closed(Option<u16>),
    /// What came breaks the protocol.
    Broken(Broken),
    /// The connection is at its end.
    Gone,
    /// The next message for the client.
    Push(Push),
    /// Nothing has changed up to this token.
    Progress(Arc<str>),
    /// What [`Effect::Resync`](super::Effect::Resync) asked for is done, and comes as the next
    /// pushes; or why it can't be.
    Resynced(Result<(), String>),
    /// The system took something of what waits.
    Written,
    /// The system took all that waited.
    Flushed,
    /// The client is so far behind that messages for it were dropped.
    Lagged,
    /// The configuration can't be followed any more.
    WatchEnded(String),
    /// What the client showed is not valid any more.
    Lost(Lost, String),
    /// The server shuts down; connections are closed over this time.
    Drain(Duration),
    /// Time has passed.
    Tick,
}

/// A message for the client, as it is sent to all who get it.
#[derive(Clone, Debug)]
pub struct Push {
    /// Its type.
    pub kind: MessageKind,
    /// Its text, which is UTF-8.
    pub bytes: Bytes,
    /// Where the client is after it; none for what is not of its own configuration.
    pub position: Option<Position>,
}

/// Where a client is. Clones share their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The log's position.
    pub token: Arc<str>,
    /// What stands behind the token in the cursor.
    pub held: Arc<str>,
}

impl Position {
    /// Its text in messages.
    pub fn cursor(&self) -> String {
        format!("{}{}", self.token, self.held)
    }
}

/// How what came breaks the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Its frames: reserved bits, no mask, a wrong order.
    Frames,
    /// Its text is not UTF-8.
    Text,
    /// It is over the limit.
    TooLarge,
}

/// Why what a client showed is not valid any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It was revoked, or has expired.
    Ended,
    /// Nobody can say any more whether it is valid.
    Unknown,
}
