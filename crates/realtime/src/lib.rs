//! The protocol of `GET /ws/{app}/{profile}`: its handshake, its messages, the patterns of its
//! subscriptions, and a connection as a [`Session`] that is told what comes and says what to do.
//!
//! Everything here is a pure function of its arguments: no sockets, no tasks, no clock. Who runs a
//! session gives it the time, carries out its [`Effect`]s, and wakes it when it asks for that.

mod cursor;
pub mod handshake;
pub mod message;
mod pattern;
mod session;

pub use cursor::{Cursor, InvalidCursor};
pub use message::{ClientMessage, ErrorCode, InvalidMessage};
pub use pattern::{InvalidPattern, Pattern};
pub use session::{
    Broken, Close, CloseCode, Effect, Ended, Input, Limits, Lost, MessageKind, Now, Outgoing,
    Position, Push, Resync, Session,
};

/// The version of the messages' schema. Messages of another are refused.
pub const SCHEMA: u32 = 1;
