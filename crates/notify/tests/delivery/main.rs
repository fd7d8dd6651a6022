//! Events over HTTP to a receiver that is away, slow, overloaded or ill-disposed, from a real store
//! and over restarts.

#![allow(clippy::expect_used, clippy::unwrap_used)] // all of this is test code

mod answers;
mod diary;
mod order;
mod receiver;
mod secrets;
mod service;
mod settings;
