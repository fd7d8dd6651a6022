//! Decides from the verdicts whether to go on, hold, pause or roll back.

use std::{fmt, time::Duration};

use super::{Analysis, Judged, JudgedStage, Limit, Observed, OnFailure, Settings, Verdict};

/// What to do with a rollout.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Do nothing yet.
    Hold,
    /// Go on to the next stage, or complete.
    Promote,
    /// Give everybody stable again.
    RollBack(Cause),
    /// Pause until an operator acts, or until enough slices pass.
    Pause(Cause),
    /// Go on after a pause, since so many slices in a row of every application have passed.
    Resume(u32),
}

/// Whether a rollout goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It goes on by itself.
    Running,
    /// It waits for an operator; a failure still rolls it back.
    Paused,
    /// It waits for an operator, or for slices that pass, if the settings say how many; a failure
    /// still rolls it back.
    Clearing,
}

/// The reason for a decision: a limit on an application's verdicts, and the slice that reached it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cause {
    /// The limit that was reached.
    pub limit: Limit,
    /// The slice that reached it.
    pub slice: Judged,
    /// What failures led to by the settings that judged the slice. Earlier versions did not store
    /// it; the present settings say it then.
    pub on_failure: Option<OnFailure>,
}

impl Cause {
    /// The cause with the greatest rank decides.
    pub(super) fn rank(&self) -> u8 {
        match self.on_failure {
            _ if !self.limit.is_failure() => 0,
            Some(OnFailure::RollBack) => 2,
            Some(OnFailure::Pause) | None => 1,
        }
    }

    fn rolls_back(&self, settings: &Settings) -> bool {
        let on_failure = self.on_failure.unwrap_or(settings.on_failure);
        self.limit.is_failure() && on_failure == OnFailure::RollBack
    }
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
        if let Some(cause) = causes().find(|cause| cause.rolls_back(stage.settings)) {
            return Decision::RollBack(cause.clone());
        }
        match phase {
            Phase::Running => self.decide_running(stage, elapsed),
            Phase::Paused => Decision::Hold,
            // failures that pause end with an operator only
            Phase::Clearing if causes().any(|cause| cause.limit.is_failure()) => Decision::Hold,
            Phase::Clearing => self.decide_clearing(stage, elapsed),
        }
    }

    fn decide_running(&self, stage: &JudgedStage<'_>, elapsed: Duration) -> Decision {
        let causes = self.observed().filter_map(|(_, observed)| observed.cause());
        // the last of equals would win otherwise
        if let Some(cause) = causes.rev().max_by_key(|cause| cause.rank()) {
            return Decision::Pause(cause.clone());
        }
        if self.all_pass(stage, elapsed) && elapsed >= stage.min_duration {
            return Decision::Promote;
        }
        Decision::Hold
    }

    fn decide_clearing(&self, stage: &JudgedStage<'_>, elapsed: Duration) -> Decision {
        let cleared = |observed: &Observed| observed.has_cleared(stage.settings);
        let all_cleared = self.observed().all(|(_, observed)| cleared(observed));
        if all_cleared && self.all_pass(stage, elapsed) {
            return Decision::Resume(stage.settings.resume_after_passes);
        }
        Decision::Hold
    }

    /// Whether the newest slice of every application passed, and is fresh.
    fn all_pass(&self, stage: &JudgedStage<'_>, elapsed: Duration) -> bool {
        let interval = stage.settings.interval;
        let passes = |observed: &Observed| {
            let newest = observed.newest();
            newest.is_some_and(|newest| newest.verdict() == Verdict::Pass)
                && observed.silence(interval, elapsed).is_none()
        };
        self.observed().all(|(_, observed)| passes(observed))
    }
}
