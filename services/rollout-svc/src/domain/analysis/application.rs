//! The figures and verdicts of one application in a rollout.

use std::{fmt, sync::Arc, time::Duration};

use vortex_bucket::Arm;
use vortex_sketch::Sketch;

use super::{
    Arms, Cause, Counts, Figures, Finding, InstancesEvidence, Judged, JudgedStage, SequentialTest,
    Settings, Tally, Verdict,
    slice::{OpenSlice, Slice, whole},
};

/// How many intervals may follow the one in which the canary last reported requests before that
/// report is too old to promote by.
const FRESH_INTERVALS: u32 = 2;

/// The name of an application whose figures are judged by themselves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Application(String);

/// The figures reported of an application, and the verdicts on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    pub(crate) open: OpenSlice,
    /// The application's part of the rollout's probability of error: one in so many.
    pub(crate) parts: usize,
    pub(crate) test: SequentialTest,
    pub(crate) counts: Counts,
    pub(crate) newest: Option<Judged>,
    pub(crate) cause: Option<Cause>,
    /// When the canary last reported requests, in time since the stage's effect. Values that
    /// earlier versions stored do not have it.
    pub(crate) heard: Option<Duration>,
    /// The settings that the open slice began by, if they were changed since.
    pub(crate) began_by: Option<Arc<Settings>>,
    /// What was last said of its instances; `None` if nobody was ever asked in this stage. It is
    /// not stored, but asked again.
    pub(crate) sighting: Option<Sighting>,
    /// What queries and webhooks last said, until it has counted in a slice. It is not stored, but
    /// asked again.
    pub(crate) answers: Option<Answers>,
}

/// What queries and webhooks said.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answers {
    /// When they were asked, in time since the stage's effect.
    pub(crate) asked: Duration,
    /// What they said: a finding of each.
    pub(crate) findings: Vec<Finding>,
}

/// What was said of an application's instances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sighting {
    /// When, in time since the stage's effect.
    pub(crate) at: Duration,
    /// What; `None` if there was no answer, or it has counted in a slice. So each counts once.
    pub(crate) arms: Option<Arms>,
}

/// Whether the instances fail the canary.
pub(super) fn fails(arms: Option<Arms>, stage: &JudgedStage<'_>) -> bool {
    let evidence = InstancesEvidence::judge(arms, stage.has_stable());
    evidence.finding.verdict() == Verdict::Fail
}

impl Application {
    /// The name of the application of figures that name none, until one is named.
    pub const UNNAMED: &str = "unnamed";

    /// An application with this name, which the caller has checked.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
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
    /// Begins at `elapsed` in the stage with the rollout's `nth` test, one part in `parts` of which
    /// is the application's.
    pub(super) fn begin(nth: u32, parts: usize, elapsed: Duration) -> Self {
        Self {
            open: OpenSlice::at(elapsed),
            parts,
            test: SequentialTest::nth(nth, parts),
            counts: Counts::default(),
            newest: None,
            cause: None,
            heard: None,
            began_by: None,
            sighting: None,
            answers: None,
        }
    }

    /// Goes on with the settings of now in the next slice; the open one is judged by those it began
    /// by, which are `before` unless they were changed already.
    pub(super) fn keep_for_open(&mut self, before: &Arc<Settings>) {
        self.began_by.get_or_insert_with(|| before.clone());
    }

    /// Ends a pause that slices ended which passed: only failures are counted any more, and
    /// figures, the test and the newest slice stay. A failure came after the passes, so it stays.
    pub(super) fn clear(&mut self) {
        let failures_in_a_row = self.counts.failures_in_a_row;
        self.counts = Counts {
            failures_in_a_row,
            ..self.counts.of_next_stage()
        };
        self.cause.take_if(|cause| !cause.limit.is_failure());
    }

    /// Begins the next stage, and keeps the number of failures.
    pub(super) fn next_stage(&mut self, nth: u32) {
        let counts = self.counts.of_next_stage();
        *self = Self {
            counts,
            ..Self::begin(nth, self.parts, Duration::ZERO)
        };
    }

    /// Begins again at `elapsed`, with all counts reset.
    pub(super) fn resume(&mut self, nth: u32, elapsed: Duration) {
        *self = Self::begin(nth, self.parts, elapsed);
    }

    /// Whether nothing has been reported of it in this stage.
    pub(super) fn is_silent(&self) -> bool {
        let is_none = |arm| self.open(arm) == Tally::default();
        self.newest.is_none() && is_none(Arm::Canary) && is_none(Arm::Stable)
    }

    pub(super) fn add(
        &mut self,
        arm: Arm,
        figures: Figures,
        stage: &JudgedStage<'_>,
        elapsed: Duration,
    ) {
        if arm == Arm::Canary && figures.tally().requests > 0 {
            self.heard = Some(elapsed);
        }
        let settings = self.began_by.as_deref().unwrap_or(stage.settings);
        let is_enough = self.open.is_enough(settings, stage.has_stable());
        self.open.add(arm, figures, elapsed, is_enough);
    }

    /// Closes and judges the next slice that is due.
    pub(super) fn close_due(
        &mut self,
        application: &Application,
        stage: &JudgedStage<'_>,
        elapsed: Duration,
    ) -> Option<Judged> {
        let began_by = self.began_by.clone();
        let stage = &JudgedStage {
            settings: began_by.as_deref().unwrap_or(stage.settings),
            ..*stage
        };
        let due = match stage.is_asked {
            true => self.close_answered(stage, elapsed),
            false => {
                let compared = stage.has_stable();
                let due = self.open.close_due(elapsed, stage.settings, compared);
                due.map(|slice| (slice, Vec::new()))
            }
        };
        let failed = || self.close_failed(stage).map(|slice| (slice, Vec::new()));
        let (slice, said) = due.or_else(failed)?;
        self.began_by = None;
        let judged = self.judge(application, &slice, said, stage);
        let limit = self.counts.count(&judged, stage.settings);
        if began_by.is_some() {
            // a pause ends by what the present settings pass
            self.counts.passes_in_a_row = 0;
        }
        self.newest = Some(judged.clone());
        if let Some(limit) = limit {
            self.reached(Cause {
                limit,
                on_failure: Some(stage.settings.on_failure),
                slice: judged.clone(),
            });
        }
        Some(judged)
    }

    /// Closes the slice that is due, or that an answer fails, once queries and webhooks were asked
    /// at its end, and answers what they said. Each answer counts in one slice, so the slice lasts
    /// up to the last whole interval before they were asked.
    fn close_answered(
        &mut self,
        stage: &JudgedStage<'_>,
        elapsed: Duration,
    ) -> Option<(Slice, Vec<Finding>)> {
        let (settings, interval) = (stage.settings, stage.settings.interval);
        let due = self.open.due_by(elapsed, settings, stage.has_stable());
        let is_answered = |answers: &mut Answers| {
            let fails = |finding: &Finding| finding.verdict() == Verdict::Fail;
            due.is_some_and(|due| answers.asked >= due) || answers.findings.iter().any(fails)
        };
        if let Some(Answers { asked, findings }) = self.answers.take_if(is_answered) {
            return Some((self.open.cut(asked, interval)?, findings));
        }
        // asked once in an interval, and for an interval at most
        let patience = interval.saturating_mul(2);
        let is_over = due.is_some_and(|due| elapsed >= due.saturating_add(patience));
        let slice = is_over
            .then(|| self.open.cut(elapsed, interval))
            .flatten()?;
        Some((slice, vec![Finding::not_asked()]))
    }

    /// Notes what queries and webhooks said that were asked at `asked`.
    pub(super) fn answered(&mut self, asked: Duration, findings: Vec<Finding>) {
        let newest = self.answers.as_ref().map(|answers| answers.asked);
        if newest.is_none_or(|newest| newest <= asked) {
            self.answers = Some(Answers { asked, findings });
        }
    }

    /// Closes the slice whose instances fail.
    fn close_failed(&mut self, stage: &JudgedStage<'_>) -> Option<Slice> {
        let Sighting { at, arms } = self.sighting?;
        if !fails(arms, stage) {
            return None;
        }
        self.open.cut(at, stage.settings.interval)
    }

    /// Notes what is said of the instances at `elapsed`; `None` if there is no answer.
    pub(super) fn see(&mut self, arms: Option<Arms>, elapsed: Duration) {
        self.sighting = Some(Sighting { at: elapsed, arms });
    }

    fn judge(
        &mut self,
        application: &Application,
        slice: &Slice,
        said: Vec<Finding>,
        stage: &JudgedStage<'_>,
    ) -> Judged {
        let (canary, stable) = (slice.canary.tally(), slice.stable.tally());
        let test = if stage.has_stable() {
            self.test.observe(canary, stable);
            Some(&self.test)
        } else {
            None
        };
        let seen = self.sighting.as_mut();
        let instances =
            seen.map(|seen| InstancesEvidence::judge(seen.arms.take(), stage.has_stable()));
        let mut judged = Judged::of(application, slice, test, instances, stage.settings);
        judged.findings.extend(said);
        judged
    }

    /// The first cause stays, except that failures replace another cause, and that a cause to roll
    /// back replaces one to pause.
    fn reached(&mut self, cause: Cause) {
        let standing = self.cause.as_ref().map(Cause::rank);
        if standing.is_none_or(|standing| standing < cause.rank()) {
            self.cause = Some(cause);
        }
    }

    /// Whether as many slices in a row have passed, by the present settings, as end a pause.
    pub(super) fn has_cleared(&self, settings: &Settings) -> bool {
        let needed = settings.resume_after_passes;
        self.began_by.is_none() && needed > 0 && self.counts.passes_in_a_row >= needed
    }

    /// The newest slice that has closed in this stage since the last resume.
    pub fn newest(&self) -> Option<&Judged> {
        self.newest.as_ref()
    }

    /// How long the canary has reported no requests, once that is so long that its newest slice
    /// says nothing about the present, as when the canary has crashed. `None` while the reports are
    /// recent, and before the first slice.
    pub fn silence(&self, interval: Duration, elapsed: Duration) -> Option<Duration> {
        let newest = self.newest.as_ref()?;
        let heard = self.heard.unwrap_or(newest.start);
        // counted from the end of an interval, as slices are
        let begun = whole(heard.saturating_sub(newest.start), interval);
        let fresh = interval.saturating_mul(begun.saturating_add(1 + FRESH_INTERVALS));
        let is_over = elapsed > newest.start.saturating_add(fresh);
        is_over.then(|| elapsed.saturating_sub(heard))
    }

    /// The counts of slices by verdict.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The sequential test of this stage.
    pub fn test(&self) -> &SequentialTest {
        &self.test
    }

    /// The figures reported of an arm since the newest slice closed.
    pub fn open(&self, arm: Arm) -> Tally {
        self.open.figures(arm).tally()
    }

    /// The latencies reported of an arm since the newest slice closed.
    pub fn open_latency(&self, arm: Arm) -> &Sketch {
        self.open.figures(arm).latency()
    }

    /// Why the rollout is to be paused or rolled back, if a limit was reached.
    pub(crate) fn cause(&self) -> Option<&Cause> {
        self.cause.as_ref()
    }
}
