//! The gateway over real sockets, in front of a config-svc that answers what a test tells it to.

#![allow(clippy::unwrap_used, clippy::expect_used)] // what fails in a test ends it

mod api;
mod calls;
mod client;
mod config_service;
mod credentials;
mod drift;
mod drift_service;
mod figures;
mod heartbeat_service;
mod heartbeats;
mod limits;
mod mesh;
mod openapi;
mod origins;
mod problems;
mod process;
mod readers;
mod rollout_service;
mod rollouts;
mod rooms;
mod sockets;
mod spring;
mod views;
mod views_stream;
mod watch;
