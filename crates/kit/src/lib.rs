//! The foundation of every Vortex process: settings, telemetry, health, errors, the gRPC server and
//! channel, and an orderly end.
//!
//! A service's `main` is [`process::main`], which gives it a [`process::Runtime`]. It offers a [`grpc::Server`], calls neighbours through a
//! [`channel::Channel`], and says what went wrong with an [`error::Fault`].

pub mod access;
pub mod admin;
pub mod channel;
pub mod clock;
pub mod compute;
pub mod context;
pub mod error;
pub mod grpc;
pub mod health;
pub mod http;
#[doc(hidden)]
pub mod parts;
pub mod process;
pub mod room;
pub mod settings;
pub mod shutdown;
pub mod telemetry;
pub mod yaml;
