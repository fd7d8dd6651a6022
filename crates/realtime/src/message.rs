//! The messages, as JSON.

mod client;
mod error_code;
mod server;

pub use client::{ClientMessage, InvalidMessage};
pub use error_code::ErrorCode;
pub use server::{
    Cause, Change, Notice, ServerError, Snapshot, error, greeting, notice, ping, pong,
    subscriptions,
};
