//! The rollout service: brings a staged version to more and more readers, and decides by what is
//! measured whether it goes on.

pub mod domain;
