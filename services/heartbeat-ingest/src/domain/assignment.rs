//! Which split decided what an instance got, and the arm it gave.

use vortex_bucket::Arm;

/// Whom a split tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Unit {
    /// Instances: each has one arm.
    Instance,
    /// Subjects, such as users: one instance serves both arms.
    Subject,
}

/// An arm that a split gave, by texts that are somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Assignment<'a> {
    /// The split.
    pub split: &'a str,
    /// Its change set.
    pub change: &'a str,
    /// Its generation.
    pub generation: u64,
    /// The arm.
    pub arm: Arm,
    /// Whom it tells apart.
    pub unit: Unit,
    /// Whether the arm is forced.
    pub forced: bool,
}

/// The same, by texts of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnedAssignment {
    /// The split.
    pub split: Box<str>,
    /// Its change set.
    pub change: Box<str>,
    /// Its generation.
    pub generation: u64,
    /// The arm.
    pub arm: Arm,
    /// Whom it tells apart.
    pub unit: Unit,
    /// Whether the arm is forced.
    pub forced: bool,
}

impl OwnedAssignment {
    /// It, by its texts.
    pub(crate) fn borrowed(&self) -> Assignment<'_> {
        Assignment {
            split: &self.split,
            change: &self.change,
            generation: self.generation,
            arm: self.arm,
            unit: self.unit,
            forced: self.forced,
        }
    }
}

impl From<&Assignment<'_>> for OwnedAssignment {
    fn from(given: &Assignment<'_>) -> Self {
        Self {
            split: given.split.into(),
            change: given.change.into(),
            generation: given.generation,
            arm: given.arm,
            unit: given.unit,
            forced: given.forced,
        }
    }
}
