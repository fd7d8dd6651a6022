//! Tells webhooks and chats what happens in a service.
//!
//! A service keeps what happened as entries of its own store that are written once and never
//! change, under a prefix ([`Log`]). A YAML file describes the *sinks* ([`NotifySettings`]). For
//! each sink one task follows the entries in the order in which they were committed, and sends
//! those that the sink wants, one at a time, until the sink has taken them. How far a sink has come
//! is stored after each event beside the entries themselves, so that a restart loses nothing: an
//! event is sent at least once, and again with the same id.
//!
//! A new sink begins at the moment of the start that first knows it. One that is no longer in the
//! file is forgotten.

mod attempts;
mod courier;
mod delivery;
mod entries;
mod event;
mod format;
mod kinds;
mod meters;
mod pace;
mod position;
mod progress;
mod sender;
mod settings;
mod signature;
mod standing;
mod start;

pub use entries::{CannotRead, Log};
pub use event::{About, Event};
pub use kinds::{InvalidKind, KINDS};
pub use pace::Pace;
pub use settings::{InvalidSinks, NotifySettings, Sinks, Why, Wrong};
pub use signature::{SIGNATURE, TIMESTAMP, signature};
pub use start::Notifications;

/// The header with an event's id, by which a receiver knows that it has an event already.
pub const DELIVERY: &str = "x-vortex-delivery";
