//! Cuts the time of a stage into slices.

use std::{mem, time::Duration};

use vortex_bucket::Arm;

use super::{Figures, Settings};

/// After so many intervals a slice closes with what it has.
pub const MAX_INTERVALS: u32 = 10;

/// Of a silence no more than so many slices are made: what limits verdicts in a row may be.
const MAX_SILENT: u32 = 100;

/// What was reported of an application in one run of whole intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// When it began, in time since the stage's effect.
    pub start: Duration,
    /// When the next begins.
    pub end: Duration,
    /// What was reported of the canary.
    pub canary: Figures,
    /// What was reported of stable.
    pub stable: Figures,
}

/// The slice that is open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OpenSlice {
    pub(crate) start: Duration,
    pub(crate) newest_report: Duration,
    pub(crate) canary: Figures,
    pub(crate) stable: Figures,
    pub(crate) stable_reports: bool,
}

impl OpenSlice {
    /// Opens the first slice of a stage.
    pub(super) fn at(start: Duration) -> Self {
        Self {
            start,
            newest_report: start,
            canary: Figures::default(),
            stable: Figures::default(),
            stable_reports: false,
        }
    }

    pub(super) fn figures(&self, arm: Arm) -> &Figures {
        match arm {
            Arm::Stable => &self.stable,
            Arm::Canary => &self.canary,
        }
    }

    /// Adds a report. Slices that were due before it have been closed.
    pub(super) fn add(&mut self, arm: Arm, figures: Figures, elapsed: Duration) {
        self.newest_report = self.newest_report.max(elapsed);
        match arm {
            Arm::Canary => self.canary.add(figures),
            Arm::Stable => {
                self.stable_reports |= figures.tally().requests > 0;
                self.stable.add(figures);
            }
        }
    }

    /// Closes the slice and opens the next, if its time has come.
    pub(super) fn close_due(
        &mut self,
        elapsed: Duration,
        settings: &Settings,
        compared: bool,
    ) -> Option<Slice> {
        self.skip_silence(elapsed, settings);
        let end = self.due(settings, compared)?;
        if elapsed < end {
            return None;
        }
        Some(Slice {
            start: mem::replace(&mut self.start, end),
            end,
            canary: mem::take(&mut self.canary),
            stable: mem::take(&mut self.stable),
        })
    }

    /// The end of the interval that made it enough, else of the last one that it may have; none
    /// beyond the end of time.
    fn due(&self, settings: &Settings, compared: bool) -> Option<Duration> {
        let intervals = if self.is_enough(settings, compared) {
            let since = self.newest_report.saturating_sub(self.start);
            whole(since, settings.interval).saturating_add(1)
        } else {
            MAX_INTERVALS
        };
        self.start
            .checked_add(settings.interval.checked_mul(intervals)?)
    }

    fn is_enough(&self, settings: &Settings, compared: bool) -> bool {
        let has_enough = |figures: &Figures| figures.tally().requests >= settings.min_requests;
        let waits_for_stable = compared && self.stable_reports;
        has_enough(&self.canary) && (!waits_for_stable || has_enough(&self.stable))
    }

    /// After a long silence it doesn't matter how long it was.
    fn skip_silence(&mut self, elapsed: Duration, settings: &Settings) {
        let is_silent = |figures: &Figures| figures.tally().requests == 0;
        if !(is_silent(&self.canary) && is_silent(&self.stable)) {
            return;
        }
        let longest = settings.interval.saturating_mul(MAX_INTERVALS);
        let silence = elapsed.saturating_sub(self.start);
        // What is skipped are whole slices, so that the grid of slices stays.
        let begun = silence.as_nanos() % longest.as_nanos().max(1);
        let kept = Duration::from_nanos(u64::try_from(begun).unwrap_or(u64::MAX))
            .saturating_add(longest.saturating_mul(MAX_SILENT));
        let skipped = silence.saturating_sub(kept);
        self.start = self.start.saturating_add(skipped);
    }
}

/// How many whole times `part` is in `time`.
pub(super) fn whole(time: Duration, part: Duration) -> u32 {
    let times = time.as_nanos() / part.as_nanos().max(1);
    u32::try_from(times).unwrap_or(u32::MAX)
}
