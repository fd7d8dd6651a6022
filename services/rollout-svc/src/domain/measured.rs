//! The measurements of a rollout from its start to its end.

mod asked;
mod holds;
mod report;
mod seen;
mod window;

pub(crate) use asked::Round;
pub(crate) use report::{Report, ReportRefused, Taken};
pub(crate) use window::WindowTaken;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use vortex_bucket::Arm;
use vortex_sketch::Sketch;

use super::{
    AuditEntry, Judgement, Moment, Rollout, State, Transition, Windows,
    analysis::{
        Analysis, Application, Arms, Counts, Decision, Figures, Judged, JudgedStage, Phase, Tally,
    },
};
use seen::Seen;

/// The number of slices that are kept to be shown.
pub(crate) const MAX_SLICES: usize = 50;

/// The measurements of a rollout: all that is stored except the newest slices, which are stored one
/// by one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub(crate) analysis: Analysis,
    /// The start of the counts, in time since the stage's effect: a resume resets them.
    pub(crate) counted_from: Duration,
    pub(crate) totals: BTreeMap<Application, Totals>,
    /// The number of slices closed.
    pub(crate) closed: u64,
    pub(crate) seen: Seen,
    /// The parts of windows that its figures came from.
    pub(crate) windows: Windows,
    pub(crate) slices: VecDeque<ClosedSlice>,
}

/// The figures reported of an application since the rollout began.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    pub(crate) canary: Total,
    pub(crate) stable: Total,
}

/// The figures reported of an arm since the rollout began.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Total {
    /// Requests and errors.
    pub tally: Tally,
    /// Latencies.
    pub latency: Sketch,
}

/// A slice that was judged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClosedSlice {
    /// Its number within the rollout, from 1.
    pub number: u64,
    /// The stage of the slice.
    pub stage: u32,
    /// When the stage's share came into force, by the wall clock.
    pub effect_at: Timestamp,
    /// The findings of the gates.
    pub judged: Judged,
}

impl Totals {
    /// The figures of an arm.
    pub fn of(&self, arm: Arm) -> &Total {
        match arm {
            Arm::Canary => &self.canary,
            Arm::Stable => &self.stable,
        }
    }

    fn add(&mut self, arm: Arm, figures: &Figures) {
        let total = match arm {
            Arm::Canary => &mut self.canary,
            Arm::Stable => &mut self.stable,
        };
        let (tally, more) = (&mut total.tally, figures.tally());
        tally.requests = tally.requests.saturating_add(more.requests);
        tally.errors = tally.errors.saturating_add(more.errors);
        total.latency.merge(figures.latency());
    }
}

impl Measured {
    /// Begins with the start of a rollout.
    pub(crate) fn begin(rollout: &Rollout) -> Self {
        let apps = rollout.spec.apps.iter().cloned();
        let analysis = Analysis::begin(apps).unwrap_or_else(|_none| Analysis::begin_unnamed());
        Self {
            analysis,
            counted_from: Duration::ZERO,
            totals: BTreeMap::new(),
            closed: 0,
            seen: Seen::default(),
            windows: Windows::default(),
            slices: VecDeque::new(),
        }
    }

    /// Adds the slices that were stored, in any order.
    #[must_use]
    pub(crate) fn with_slices(mut self, mut slices: Vec<ClosedSlice>) -> Self {
        slices.retain(|slice| slice.number <= self.closed);
        slices.sort_unstable_by_key(|slice| slice.number);
        self.slices = slices.into();
        self
    }

    /// Applies what a transition resets.
    pub(crate) fn after(
        &self,
        before: &Rollout,
        transition: &Transition,
        now: Moment,
    ) -> Option<Self> {
        let after = &transition.next;
        let settles =
            before.state().settled_since().is_none() && after.state().settled_since().is_some();
        let was_in_force = before.state().in_force() > vortex_bucket::Share::NONE;
        let resumes = matches!(
            (before.state(), after.state()),
            (State::Paused(_), State::Running(_)) if before.standing.generation == after.standing.generation
        );
        if settles && was_in_force {
            let mut next = self.clone();
            next.analysis.next_stage();
            next.counted_from = Duration::ZERO;
            Some(next)
        } else if resumes && !clears(transition) {
            let mut next = self.clone();
            let since = after.state().settled_since();
            next.counted_from = since.map_or(Duration::ZERO, |since| now.since(since));
            next.analysis.resume(next.counted_from);
            Some(next)
        } else {
            None
        }
    }

    /// Applies what a transition changes without a reset: figures that came since it was decided
    /// stay.
    ///
    /// An edit of the settings counts from the next slice on: the slices that were due are closed,
    /// and the open ones are judged by the settings before. A pause that slices ended leaves no
    /// cause.
    pub(crate) fn amend(&mut self, before: &Rollout, transition: &Transition, now: Moment) {
        if before.settings() != transition.next.settings() {
            self.advance(before, now);
            // slices begin only with the share
            if before.state().settled_since().is_some() {
                let began_by = Arc::new(before.settings().clone());
                self.analysis.keep_for_open(&began_by);
            }
        }
        if clears(transition) {
            self.analysis.clear();
        }
    }

    /// Closes the slices that are due. Answers whether there were any.
    pub(crate) fn advance(&mut self, rollout: &Rollout, now: Moment) -> bool {
        let Some((stage, since)) = stage_of(rollout) else {
            return false;
        };
        let judged = self.analysis.advance(&stage, now.since(since));
        self.keep(rollout, since, judged)
    }

    /// The number of whole intervals since the counts began, with the generation: instances are
    /// asked for once in each. `None` in the first, and while the share is on its way.
    pub(crate) fn interval(&self, rollout: &Rollout, now: Moment) -> Option<(u64, u32)> {
        let (stage, since) = stage_of(rollout)?;
        let counted = now.since(since).saturating_sub(self.counted_from);
        let intervals = counted.as_nanos() / stage.settings.interval.as_nanos().max(1);
        let intervals = u32::try_from(intervals).unwrap_or(u32::MAX);
        (intervals > 0).then_some((rollout.standing.generation, intervals))
    }

    /// Notes what is said of the instances by application, if it is of the share in force; `None`
    /// if there is no answer.
    pub(crate) fn see_instances(
        &mut self,
        rollout: &Rollout,
        generation: u64,
        seen: Option<&BTreeMap<Application, Arms>>,
        now: Moment,
    ) {
        let Some((stage, since)) = stage_of(rollout) else {
            return;
        };
        if generation == rollout.standing.generation {
            let admits = rollout.spec.apps.is_empty();
            let elapsed = now.since(since);
            self.analysis.see_instances(seen, admits, &stage, elapsed);
        }
    }

    /// Decides for a rollout whose due slices have been closed.
    pub(crate) fn judge(
        &self,
        rollout: &Rollout,
        now: Moment,
        breaker_open: bool,
    ) -> Option<Judgement> {
        let (stage, since) = stage_of(rollout)?;
        let phase = match rollout.state() {
            State::Running(_) => Phase::Running,
            State::Paused(paused) if paused.clears => Phase::Clearing,
            _ => Phase::Paused,
        };
        let decision = self.analysis.decide(&stage, now.since(since), phase);
        let newest = self
            .analysis
            .observed()
            .filter_map(|(_, observed)| observed.newest());
        let evidence = match decision {
            Decision::Hold => Vec::new(),
            _ => newest.cloned().collect(),
        };
        Some(Judgement {
            generation: rollout.standing.generation,
            decision,
            evidence,
            breaker_open,
            frozen: false,
        })
    }

    /// The time until there may be a slice to close or a decision to make.
    pub(crate) fn due_in(&self, rollout: &Rollout, now: Moment) -> Option<Duration> {
        let (stage, since) = stage_of(rollout)?;
        let elapsed = now.since(since);
        let interval = stage.settings.interval;
        let counted = elapsed.saturating_sub(self.counted_from);
        let begun = counted.as_nanos() % interval.as_nanos().max(1);
        let begun = Duration::from_nanos(u64::try_from(begun).unwrap_or(0));
        let slice = interval.saturating_sub(begun);
        let stage = stage
            .min_duration
            .checked_sub(elapsed)
            .filter(|rest| !rest.is_zero());
        Some(stage.map_or(slice, |stage| stage.min(slice)))
    }

    /// The newest slices, oldest first.
    pub(crate) fn slices(&self) -> impl DoubleEndedIterator<Item = &ClosedSlice> {
        self.slices.iter()
    }

    /// The number of the newest slice.
    pub(crate) fn closed(&self) -> u64 {
        self.closed
    }

    /// The figures reported since the rollout began, by application.
    pub(crate) fn totals(&self) -> impl Iterator<Item = (&Application, &Totals)> {
        self.totals.iter()
    }

    /// The analysis.
    pub(crate) fn analysis(&self) -> &Analysis {
        &self.analysis
    }

    /// For each kind of limit, the count of the application that is nearest to it; of slices that
    /// pass, that of the application that has the fewest.
    pub(crate) fn counts(&self) -> Counts {
        let all = || {
            let observed = self.analysis.observed();
            observed.map(|(_, observed)| observed.counts())
        };
        let passes = all().map(|counts| counts.passes_in_a_row).min();
        all().fold(Counts::default(), |worst, counts| Counts {
            failures: worst.failures.max(counts.failures),
            failures_in_a_row: worst.failures_in_a_row.max(counts.failures_in_a_row),
            inconclusive_in_a_row: worst
                .inconclusive_in_a_row
                .max(counts.inconclusive_in_a_row),
            no_data_in_a_row: worst.no_data_in_a_row.max(counts.no_data_in_a_row),
            shared_in_a_row: worst.shared_in_a_row.max(counts.shared_in_a_row),
            passes_in_a_row: passes.unwrap_or_default(),
            unanswered_in_a_row: worst.unanswered_in_a_row.max(counts.unanswered_in_a_row),
        })
    }

    fn keep(&mut self, rollout: &Rollout, since: Moment, judged: Vec<Judged>) -> bool {
        let any = !judged.is_empty();
        for judged in judged {
            self.closed += 1;
            if self.slices.len() == MAX_SLICES {
                self.slices.pop_front();
            }
            self.slices.push_back(ClosedSlice {
                number: self.closed,
                stage: rollout.state().stage().unwrap_or_default(),
                effect_at: since.wall,
                judged,
            });
        }
        any
    }
}

/// Whether slices that passed ended a pause.
fn clears(transition: &Transition) -> bool {
    let audit = transition.audit.as_ref();
    audit.is_some_and(AuditEntry::is_automatic_resume)
}

/// The stage that figures belong to, and when it began; `None` while a share is on its way.
fn stage_of(rollout: &Rollout) -> Option<(JudgedStage<'_>, Moment)> {
    let since = rollout.state().settled_since()?;
    let planned = rollout.stage()?;
    let share = rollout.state().in_force();
    let stage = JudgedStage {
        settings: rollout.settings(),
        share,
        min_duration: planned.min_duration,
        is_asked: rollout.spec.gates.judge(share < vortex_bucket::Share::FULL),
    };
    Some((stage, since))
}
