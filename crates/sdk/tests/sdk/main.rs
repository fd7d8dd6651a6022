//! The client over real sockets: against the mesh, and for heartbeats against a server that answers
//! what a test tells it to.

#![allow(clippy::unwrap_used, clippy::expect_used)] // what fails in a test ends it

mod blocking;
mod changes;
mod examples;
mod gateway;
#[cfg(feature = "grpc")]
mod grpc;
mod heartbeats;
mod offline;
mod receiver;
#[cfg(feature = "grpc")]
#[path = "../memory/tls.rs"]
mod tls;
