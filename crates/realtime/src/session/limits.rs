//! The bounds of a connection.

use std::time::Duration;

/// The bounds of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Messages and control frames that are taken in a second.
    pub messages_per_second: u32,
    /// Patterns that a connection subscribes to.
    pub patterns: usize,
    /// Bytes of a message or frame that comes.
    pub frame_bytes: usize,
    /// How often the client is asked whether it is there.
    pub ping_every: Duration,
    /// Time for its answer.
    pub pong_within: Duration,
    /// Bytes of answers that wait to be taken.
    pub answers: usize,
    /// Time in which the client must take something of what waits.
    pub stall: Duration,
    /// Time for the client to answer a close frame.
    pub close_within: Duration,
    /// The longest time that a client is told to wait before it connects again.
    pub retry_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_second: 100,
            patterns: 100,
            frame_bytes: 64 * 1024,
            ping_every: Duration::from_secs(30),
            pong_within: Duration::from_secs(10),
            answers: 64 * 1024,
            stall: Duration::from_secs(10),
            close_within: Duration::from_secs(3),
            retry_after: Duration::from_secs(3),
        }
    }
}
