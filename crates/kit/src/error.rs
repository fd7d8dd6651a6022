//! Errors as callers see them: a [`Fault`] with a [`Reason`] from one closed table.

mod catalogue;
mod fault;
mod reason;
mod status;

pub use catalogue::catalogue;
pub(crate) use fault::Chain;
pub use fault::{Fault, FieldViolation, PreconditionViolation};
pub use reason::Reason;

/// `google.rpc.ErrorInfo.domain` of every fault of ours.
pub const DOMAIN: &str = "vortexconfig.dev";
