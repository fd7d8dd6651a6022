//! The rules of rollouts: pure functions of their arguments, with time as a value.

pub mod analysis;
mod audit;
mod breaker;
mod command;
mod measured;
mod moment;
mod names;
mod plan;
mod refused;
mod rollout;
mod state;
mod step;
#[cfg(test)]
mod tests;

pub use audit::{Action, AuditEntry, SELF};
pub use breaker::{Breaker, BreakerLimits, Reset};
pub use command::{Author, Command, Effect, Ending, Judgement, Lost, Transition};
pub use measured::{
    ClosedSlice, MAX_SLICES, Measured, Report, ReportRefused, Taken, Total, Totals,
};
pub use moment::Moment;
pub use names::{InvalidName, RolloutId, application};
pub use plan::{InvalidStages, Preset, Stage, StageDraft, Stages, Strategy, Unit};
pub use refused::Refused;
pub use rollout::{Rollout, Spec, Standing};
pub use state::{
    Completed, Detached, Hold, Motion, Paused, Refusal, Removal, RolledBack, Running, State,
    StateKind,
};
pub use vortex_names::RequestId;
