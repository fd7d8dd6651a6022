//! The server and the channel over real sockets and in process: one suite, both ways.
#![allow(clippy::unwrap_used)] // a test fails by panicking

#[path = "mesh/access.rs"]
mod access;
#[path = "mesh/balance.rs"]
mod balance;
#[path = "mesh/broken_requests.rs"]
mod broken_requests;
#[path = "mesh/calls.rs"]
mod calls;
#[path = "mesh/early.rs"]
mod early;
#[path = "mesh/echo.rs"]
mod echo;
#[path = "mesh/health.rs"]
mod health;
#[path = "mesh/leaving.rs"]
mod leaving;
#[path = "mesh/limits.rs"]
mod limits;
#[path = "mesh/logs.rs"]
mod logs;
#[path = "mesh/shutdown.rs"]
mod shutdown;
#[path = "mesh/slow_readers.rs"]
mod slow_readers;
#[path = "mesh/sockets.rs"]
mod sockets;
#[path = "mesh/tls.rs"]
mod tls;
