//! The real command against a real HTTP server that answers as told.

#![allow(clippy::unwrap_used)] // a test that can not go on has failed

mod apply;
mod bench;
mod command;
mod contexts;
mod documents;
mod drift;
mod failures;
mod freezes;
mod gateway;
mod interrupted;
mod keys;
mod overrides;
mod release;
mod rollout;
mod secure;
mod status;
mod terminal;
mod tls;
mod tokens;
mod up;
mod up_settings;
mod watch;
