//! Which arm figures are of.

use vortex_bucket::Arm;

use super::{Assignment, Figures, Unit};

/// What an instance measured since its last report.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured<'a> {
    /// Of what.
    pub of: Of<'a>,
    /// The figures.
    pub figures: Figures,
}

/// What figures are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of<'a> {
    /// All that the instance served: they count for each of its assignments.
    All,
    /// One arm of one split.
    Split {
        /// The split.
        split: &'a str,
        /// The generation; 0 means the assignments'.
        generation: u64,
        /// The arm; none means the assignments'.
        arm: Option<Arm>,
    },
}

/// One arm of one generation of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ArmOf<'a> {
    /// The split.
    pub split: &'a str,
    /// The generation.
    pub generation: u64,
    /// The arm.
    pub arm: Arm,
}

impl<'a> Of<'a> {
    /// Whether it says which split it is of.
    pub(crate) fn is_named(self) -> bool {
        matches!(self, Self::Split { .. })
    }

    /// The arms that figures count for, under these assignments. Those of a split whose generation
    /// or arm nobody says count for none.
    pub(crate) fn arms(self, assignments: &[Assignment<'a>]) -> impl Iterator<Item = ArmOf<'a>> {
        let (all, named) = match self {
            Self::All => (assignments, None),
            Self::Split {
                split,
                generation,
                arm,
            } => {
                let known = assignments.iter().find(|known| known.split == split);
                let generation = match generation {
                    0 => known.map(|known| known.generation),
                    given => Some(given),
                };
                let arm = arm.or(known.map(|known| known.arm));
                let named = generation.zip(arm).map(|(generation, arm)| ArmOf {
                    split,
                    generation,
                    arm,
                });
                (&[][..], named)
            }
        };
        all.iter().map(ArmOf::of).chain(named)
    }
}

impl<'a> ArmOf<'a> {
    fn of(assignment: &Assignment<'a>) -> Self {
        Self {
            split: assignment.split,
            generation: assignment.generation,
            arm: assignment.arm,
        }
    }
}

/// The assignments by which an instance's figures may be told apart: of a split by subject, one
/// instance serves both arms.
pub(crate) fn by_instance<'a>(
    assignments: impl IntoIterator<Item = Assignment<'a>>,
) -> Vec<Assignment<'a>> {
    let by_instance = |assignment: &Assignment<'_>| assignment.unit == Unit::Instance;
    assignments.into_iter().filter(by_instance).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(split: &str, arm: Arm) -> Assignment<'_> {
        Assignment {
            split,
            change: "v2",
            generation: 3,
            arm,
            unit: Unit::Instance,
            forced: false,
        }
    }

    fn arms(of: Of<'_>) -> Vec<(String, u64, Arm)> {
        let assignments = [assignment("a", Arm::Canary), assignment("b", Arm::Stable)];
        let arms = of.arms(&assignments);
        arms.map(|of| (of.split.to_owned(), of.generation, of.arm))
            .collect()
    }

    #[test]
    fn figures_of_all_count_for_every_split() {
        let every = [
            ("a".to_owned(), 3, Arm::Canary),
            ("b".to_owned(), 3, Arm::Stable),
        ];
        assert_eq!(arms(Of::All), every);
    }

    #[test]
    fn what_is_not_said_is_what_the_assignments_say() {
        let of = |split, generation, arm| Of::Split {
            split,
            generation,
            arm,
        };
        assert_eq!(arms(of("b", 0, None)), [("b".to_owned(), 3, Arm::Stable)]);
        assert_eq!(
            arms(of("b", 2, Some(Arm::Canary))),
            [("b".to_owned(), 2, Arm::Canary)]
        );
        assert_eq!(
            arms(of("c", 2, Some(Arm::Canary))),
            [("c".to_owned(), 2, Arm::Canary)]
        );
        assert_eq!(arms(of("c", 0, Some(Arm::Canary))), []);
        assert_eq!(arms(of("c", 2, None)), []);
    }
}
