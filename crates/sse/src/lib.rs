//! Server-sent events as a client follows them: over as many connections as it takes.
//!
//! A [`Follower`] is fed the bytes of a stream and gives its events. It knows where the next
//! connection has to go on, and says how long to wait before it, or that another attempt is useless.
//! Sockets, clocks and chance are its caller's, so it fits every HTTP client.

mod follower;
mod parser;

pub use follower::{BACKOFF, Follower, Loss, Position, TRIES_UNREACHABLE};
pub use parser::{Event, Parser, TooLarge};
