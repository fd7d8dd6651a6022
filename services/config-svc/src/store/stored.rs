//! The messages that are stored: of the log and what it folds to, which other clusters share, and those
//! of this store alone, generated from `proto/stored.proto`.

pub(super) use own::{Checkpoint, Denial};
pub(super) use vortex_proto::log::v1::*;

#[allow(clippy::all, missing_docs, unreachable_pub)]
mod own {
    include!(concat!(env!("OUT_DIR"), "/vortex.config.stored.v2.rs"));
}
