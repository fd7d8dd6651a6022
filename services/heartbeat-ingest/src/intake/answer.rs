//! What a report is answered.

use vortex_views::{Assigned, Expected, Unit as ViewUnit};

use crate::domain::{Assignment, OwnedAssignment, Told, Unit};

/// What a report is answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// When the next one is wanted.
    pub told: Told,
    /// The version that the instance should run. Empty if that is not known.
    pub version: String,
    /// What decides it.
    pub assignments: Vec<OwnedAssignment>,
    /// Whether it runs another one, for longer than it may.
    pub drift: bool,
    /// Whether it should fetch its configuration again.
    pub fetch: bool,
}

/// The splits that decide what an instance should run, with its arms.
pub(super) fn assignments<'a>(expected: &Expected<'a>) -> impl Iterator<Item = Assignment<'a>> {
    expected.assignments().map(assignment)
}

fn assignment(assigned: Assigned<'_>) -> Assignment<'_> {
    let split = assigned.split;
    Assignment {
        split: &split.id,
        change: &split.change,
        generation: split.generation,
        arm: assigned.arm,
        unit: match split.unit {
            ViewUnit::Instance => Unit::Instance,
            ViewUnit::Subject => Unit::Subject,
        },
        forced: assigned.forced,
    }
}
