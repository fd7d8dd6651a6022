//! The rules of drift: pure functions of their arguments, with time as a value.

mod alerts;
mod delay;
mod fleet;
mod moment;
mod plan;
mod report;
mod roster;
mod rules;
mod state;
#[cfg(test)]
mod tests;
mod windows;

pub use fleet::FleetName;
pub use moment::Tenths;
pub use plan::{Plan, Served, Split, Variant};
pub use report::{Report, Status, Taken};
pub use roster::{
    ArmCounts, Filter, Member, Roster, Standing, Wanted,
    offers::{Asked, Offer},
};
pub use rules::Rules;
pub use state::State;

pub(crate) use alerts::{
    Acknowledged, Alert, AlertId, AlertState, Book, Cause, Event, Limits, Pulse, Reading, Resolved,
    Silence, Step, Turn,
};
pub(crate) use windows::{Brought, Part, Watermarks};
