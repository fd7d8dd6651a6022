//! Events over HTTP to a receiver that is away, slow, overloaded or ill-disposed, from a real store
//! and over restarts.

mod answers;
mod diary;
mod order;
mod receiver;
mod secrets;
mod service;
mod settings;
