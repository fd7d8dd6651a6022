//! The rules of rollouts: pure functions of their arguments, with time as a value.

pub mod analysis;
mod audit;
mod breaker;
mod command;
mod filter;
mod freezes;
mod gates;
mod measured;
mod moment;
mod names;
mod order;
mod plan;
mod raised;
mod refused;
mod rollout;
mod source;
mod state;
mod step;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod windows;

pub(crate) use audit::{Action, AuditEntry, SELF};
pub(crate) use breaker::{Breaker, BreakerLimits, Reset};
pub(crate) use command::{Author, Command, Effect, Ending, Judgement, Lost, Transition};
pub(crate) use filter::Filter;
pub(crate) use freezes::{Freeze, Freezes};
pub(crate) use gates::{Gates, InvalidGate, Placed, Query, QueryDraft, Webhook};
pub(crate) use measured::{
    ClosedSlice, MAX_SLICES, Measured, Report, ReportRefused, Round, Taken, Total, Totals,
    WindowTaken,
};
pub(crate) use moment::Moment;
pub(crate) use names::{InvalidName, RolloutId, application};
pub(crate) use order::Order;
pub use plan::Strategy;
pub(crate) use plan::{InvalidStages, Stage, StageDraft, Stages, Unit};
pub(crate) use raised::{Known, MOST_WANTED, Raised};
pub(crate) use refused::Refused;
pub(crate) use rollout::{Rollout, Spec, Standing};
pub(crate) use source::{SourcePolicy, WaitingCommit};
pub(crate) use state::{
    Completed, Detached, Hold, Motion, Paused, Refusal, Removal, RolledBack, Running, State,
    StateKind,
};
pub(crate) use target::Target;
pub(crate) use text::shortened;
pub(crate) use vortex_names::RequestId;
pub(crate) use windows::{PartName, Place, Watermark, Windows};
