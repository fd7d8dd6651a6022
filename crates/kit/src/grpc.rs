//! The gRPC server: the layers around every handler, the same over a network and in process.

mod admission;
mod answers;
mod body;
pub mod bounds;
mod call;
pub(crate) mod calls;
mod deputy;
mod descriptors;
mod ending;
mod fields;
mod gathered;
mod health;
mod judged;
pub(crate) mod message;
mod methods;
pub mod page;
mod receipt;
mod repeats;
mod route;
mod router;
pub(crate) mod rule;
mod server;

use std::time::Duration;

pub use answers::Answers;
pub use calls::Calls;
pub use deputy::Deputy;
pub use fields::NoSuchField;
pub use methods::{InvalidDescriptors, Method, Methods};
pub use rule::{InvalidRule, Rule};
pub use server::{BuildError, Builder, Server};

/// The largest message a service takes or sends: a change set of many documents fits. Give it to
/// generated servers and clients as `max_decoding_message_size`; tonic's own limit is 4 MiB.
pub const MAX_MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// gRPC's prefix to each message: a flag and the message's length.
pub(crate) const MESSAGE_PREFIX: usize = 5;

/// The limits that a server sets its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls with one answer under way at once.
    pub calls: usize,
    /// Streams open at once.
    pub streams: usize,
    /// Time for a call with one answer whose caller set no deadline, or a longer one.
    pub call_timeout: Duration,
    /// Limits of connections.
    pub http: crate::http::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 4_096,
            streams: 20_000,
            call_timeout: Duration::from_secs(30),
            http: crate::http::Limits {
                // a gateway brings a stream for each of its readers, and calls beside them, over one
                // connection: it is told that there are too many, where here it would wait unheard
                streams_per_connection: 25_000,
                ..crate::http::Limits::default()
            },
        }
    }
}
