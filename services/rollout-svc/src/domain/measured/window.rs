//! Takes in what heartbeat-ingest gathered of a rollout: each part of a window counts once.

use super::{Measured, Report, ReportRefused, stage_of};
use crate::domain::{Moment, PartName, Rollout};

/// What became of a rollout's figures in a part of a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WindowTaken {
    /// Figures that count.
    pub counted: u32,
    /// Figures that had been taken with the part before.
    pub repeated: u32,
    /// Figures of an earlier generation.
    pub outdated: u32,
    /// Figures of a rollout that is not known or does not run, or whose share is not in force yet.
    pub unknown: u32,
    /// Figures of an application that the rollout does not judge.
    pub unjudged: u32,
    /// Whether slices closed.
    pub closed: bool,
}

impl WindowTaken {
    /// The outcome of so many figures of a rollout that takes none.
    pub(crate) fn unknown(figures: usize) -> Self {
        Self {
            unknown: count(figures),
            ..Self::default()
        }
    }

    /// Both outcomes together.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            counted: self.counted.saturating_add(other.counted),
            repeated: self.repeated.saturating_add(other.repeated),
            outdated: self.outdated.saturating_add(other.outdated),
            unknown: self.unknown.saturating_add(other.unknown),
            unjudged: self.unjudged.saturating_add(other.unjudged),
            closed: self.closed || other.closed,
        }
    }
}

impl Measured {
    /// Takes in the rollout's figures of a part of a window, unless that part, or one after it, was
    /// taken before.
    ///
    /// Each figure counts as one that is reported now: its window may be long over, but its
    /// generation says that it is of the share in force. What doesn't count is dropped, and leaves
    /// the others as they are.
    pub(crate) fn take_window(
        &mut self,
        rollout: &Rollout,
        part: &PartName,
        figures: Vec<Report>,
        now: Moment,
    ) -> WindowTaken {
        if self.windows.has_taken(part) {
            return WindowTaken {
                repeated: count(figures.len()),
                ..WindowTaken::default()
            };
        }
        let taken = figures
            .into_iter()
            .map(|figure| self.take_figure(rollout, figure, now))
            .fold(WindowTaken::default(), WindowTaken::and);
        if taken.counted > 0 {
            self.windows.take(part, now.steady);
        }
        taken
    }

    fn take_figure(&mut self, rollout: &Rollout, figure: Report, now: Moment) -> WindowTaken {
        let mut taken = WindowTaken::default();
        let present = rollout.standing.generation;
        if figure.generation.is_some_and(|given| given < present) {
            taken.outdated = 1;
        } else if figure.generation > Some(present) || stage_of(rollout).is_none() {
            taken.unknown = 1;
        } else {
            match self.report(rollout, vec![figure], None, now) {
                Ok(reported) => {
                    taken.counted = 1;
                    taken.closed = reported.closed;
                }
                Err(ReportRefused::Outdated { .. } | ReportRefused::Before { .. }) => {
                    taken.outdated = 1;
                }
                Err(ReportRefused::NotMeasured(_)) => taken.unknown = 1,
                Err(ReportRefused::Invalid { .. }) => taken.unjudged = 1,
            }
        }
        taken
    }
}

fn count(figures: usize) -> u32 {
    u32::try_from(figures).unwrap_or(u32::MAX)
}
