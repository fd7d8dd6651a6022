//! The schema of what is on disk, generated from `proto/stored.proto`.

#![allow(clippy::all, missing_docs, unreachable_pub)]

include!(concat!(env!("OUT_DIR"), "/vortex.config.stored.v2.rs"));
