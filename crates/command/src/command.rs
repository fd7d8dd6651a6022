//! The commands, one file each.

pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod breaker;
pub(crate) mod certs;
pub(crate) mod changes;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod context;
pub(crate) mod drift;
pub(crate) mod freeze;
pub(crate) mod key;
pub(crate) mod log;
pub(crate) mod rollout;
pub(crate) mod sources;
pub(crate) mod status;
pub(crate) mod unfreeze;
pub(crate) mod up;
pub(crate) mod version;
