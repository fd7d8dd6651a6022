//! The messages that are stored, generated from `proto/stored.proto`.
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::all,
    clippy::pedantic
)] // generated

tonic::include_proto!("vortex.drift.stored.v1");
