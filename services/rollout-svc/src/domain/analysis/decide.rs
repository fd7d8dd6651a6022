//! Decides from the verdicts whether to go on, hold, pause or roll back.

use std::{fmt, time::Duration};

use super::{Analysis, Judged, JudgedStage, Limit, Observed, Verdict};

/// What to do with a rollout.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Do nothing yet.
    Hold,
    /// Go on to the next stage, or complete.
    Promote,
    /// Give everybody stable again.
    RollBack(Cause),
    /// Pause until an operator acts.
    Pause(Cause),
}

/// Whether a rollout goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It goes on by itself.
    Running,
    /// It waits for an operator; a failure still rolls it back.
    Paused,
}

/// The reason for a decision: a limit on an application's verdicts, and the slice that reached it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The limit that was reached.
    pub limit: Limit,
    /// The slice that reached it.
    pub slice: Judged,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.limit, self.slice)
    }
}

impl Analysis {
    /// Decides what to do when `elapsed` has passed in the stage.
    ///
    /// One failing application rolls back, whatever the others do. A limit once reached counts
    /// until the next stage or a resume. A pass promotes only while it is fresh: see
    /// [`Observed::silence`].
    pub fn decide(&self, stage: &JudgedStage<'_>, elapsed: Duration, phase: Phase) -> Decision {
        let causes = || self.observed().filter_map(|(_, observed)| observed.cause());
        if let Some(cause) = causes().find(|cause| cause.limit.rolls_back()) {
            return Decision::RollBack(cause.clone());
        }
        if phase == Phase::Paused {
            return Decision::Hold;
        }
        if let Some(cause) = causes().next() {
            return Decision::Pause(cause.clone());
        }
        let interval = stage.settings.interval;
        let passes = |observed: &Observed| {
            let newest = observed.newest();
            newest.is_some_and(|newest| newest.verdict() == Verdict::Pass)
                && observed.silence(interval, elapsed).is_none()
        };
        let all_pass = self.observed().all(|(_, observed)| passes(observed));
        if all_pass && elapsed >= stage.min_duration {
            return Decision::Promote;
        }
        Decision::Hold
    }
}
