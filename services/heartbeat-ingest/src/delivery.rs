//! Sends parts of windows to their receivers, in order, until each is taken.

mod codec;
mod outbox;
mod receiver;
mod sender;

pub(crate) use outbox::Outbox;
pub(crate) use receiver::{Drift, Receiver, Rollout};
pub(crate) use sender::Sender;
