//! What is known of one application in a rollout.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use vortex_bucket::Arm;

use super::{
    Cause, Counts, Figures, Judged, SequentialTest, Stage, Tally, slice::OpenSlice, slice::Slice,
};

/// The name of an application whose figures are judged apart from others'.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Application(String);

/// What was reported of an application, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    open: OpenSlice,
    test: SequentialTest,
    counts: Counts,
    newest: Option<Judged>,
    cause: Option<Cause>,
}

impl Application {
    /// The application of this name, which has been checked where it came from.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Observed {
    pub(super) fn begin(test: SequentialTest) -> Self {
        Self {
            open: OpenSlice::at(Duration::ZERO),
            test,
            counts: Counts::default(),
            newest: None,
            cause: None,
        }
    }

    /// The same in a next stage.
    pub(super) fn next_stage(&mut self, test: SequentialTest) {
        let counts = self.counts.of_next_stage();
        *self = Self {
            counts,
            ..Self::begin(test)
        };
    }

    /// The same from `elapsed` on, with nothing counted.
    pub(super) fn resume(&mut self, test: SequentialTest, elapsed: Duration) {
        *self = Self {
            open: OpenSlice::at(elapsed),
            ..Self::begin(test)
        };
    }

    pub(super) fn add(&mut self, arm: Arm, figures: Figures, elapsed: Duration) {
        self.open.add(arm, figures, elapsed);
    }

    /// Closes and judges the next slice that is due.
    pub(super) fn close_due(
        &mut self,
        application: &Application,
        stage: &Stage<'_>,
        elapsed: Duration,
    ) -> Option<Judged> {
        let compared = stage.has_stable();
        let slice = self.open.close_due(elapsed, stage.settings, compared)?;
        let judged = self.judge(application, &slice, stage);
        let limit = self.counts.count(judged.verdict(), stage.settings);
        self.newest = Some(judged.clone());
        if let Some(limit) = limit {
            self.reached(Cause {
                limit,
                slice: judged.clone(),
            });
        }
        Some(judged)
    }

    fn judge(&mut self, application: &Application, slice: &Slice, stage: &Stage<'_>) -> Judged {
        let (canary, stable) = (slice.canary.tally(), slice.stable.tally());
        let test = if stage.has_stable() {
            self.test.observe(canary, stable);
            Some(&self.test)
        } else {
            None
        };
        Judged::of(application, slice, test, stage.settings)
    }

    /// The first cause stays, except that a roll back goes before a pause.
    fn reached(&mut self, cause: Cause) {
        let standing = self.cause.as_ref().map(|cause| cause.limit.rolls_back());
        if standing.is_none_or(|rolls_back| !rolls_back && cause.limit.rolls_back()) {
            self.cause = Some(cause);
        }
    }

    /// The newest slice that has closed in this stage, since the last resume.
    pub fn newest(&self) -> Option<&Judged> {
        self.newest.as_ref()
    }

    /// The verdicts so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The sequential test of this stage.
    pub fn test(&self) -> &SequentialTest {
        &self.test
    }

    /// What was reported of an arm since the newest slice closed.
    pub fn open(&self, arm: Arm) -> Tally {
        self.open.figures(arm).tally()
    }

    /// The limit that was reached, if one was.
    pub(super) fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }
}
