//! What a session asks for.

use bytes::Bytes;

use super::{Close, Ended};
use crate::Cursor;

/// What is to be done for a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send a text message.
    Send(Outgoing),
    /// Send a ping frame.
    Ping,
    /// Begin anew with what the client holds, and answer with
    /// [`Input::Resynced`](super::Input::Resynced).
    Resync(Resync),
    /// Send a close frame. Nothing is sent after it.
    Close(Close),
    /// Close the connection, and forget the session.
    End(Ended),
}

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its type.
    pub kind: MessageKind,
    /// Its text, which is UTF-8.
    pub bytes: Bytes,
}

/// What a client says it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resync {
    /// The version; empty for none.
    pub last_version: String,
    /// More than that.
    pub cursor: Option<Cursor>,
}

/// The type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// `config_snapshot`.
    Snapshot,
    /// `config_change` with the operations.
    Change,
    /// `config_change` of a subscription.
    Notice,
    /// `ping`.
    Ping,
    /// `pong`.
    Pong,
    /// `subscriptions`.
    Subscriptions,
    /// `error`.
    Error,
}

impl MessageKind {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Snapshot,
        Self::Change,
        Self::Notice,
        Self::Ping,
        Self::Pong,
        Self::Subscriptions,
        Self::Error,
    ];

    /// The type as metrics call it: `notice` apart from `config_change`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Snapshot => "config_snapshot",
            Self::Change => "config_change",
            Self::Notice => "notice",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Subscriptions => "subscriptions",
            Self::Error => "error",
        }
    }
}
