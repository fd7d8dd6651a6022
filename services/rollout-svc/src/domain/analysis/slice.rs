//! Cuts the time of a stage into slices.

use std::{mem, time::Duration};

use vortex_bucket::Arm;

use super::{Figures, Settings};

/// The number of intervals after which a slice closes with what it has.
pub const MAX_INTERVALS: u32 = 10;

/// The number of slices that a silence is cut into at most: the greatest limit on verdicts in a
/// row.
const MAX_SILENT: u32 = 100;

/// The figures reported of an application in one run of whole intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// When the slice began, in time since the stage's effect.
    pub start: Duration,
    /// When the next slice begins.
    pub end: Duration,
    /// The canary's figures.
    pub canary: Figures,
    /// Stable's figures.
    pub stable: Figures,
}

/// The open slice.
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

    /// Adds a report. The slices that were due before it have been closed.
    /// One that had enough already is due as it was, however long it is still open.
    pub(super) fn add(&mut self, arm: Arm, figures: Figures, elapsed: Duration, is_enough: bool) {
        if !is_enough {
            self.newest_report = self.newest_report.max(elapsed);
        }
        match arm {
            Arm::Canary => self.canary.add(figures),
            Arm::Stable => {
                self.stable_reports |= figures.tally().requests > 0;
                self.stable.add(figures);
            }
        }
    }

    /// Closes the slice and opens the next one, if it is time.
    pub(super) fn close_due(
        &mut self,
        elapsed: Duration,
        settings: &Settings,
        compared: bool,
    ) -> Option<Slice> {
        let end = self.due_by(elapsed, settings, compared)?;
        Some(self.close(end))
    }

    /// The end of the slice, if that is over.
    pub(super) fn due_by(
        &mut self,
        elapsed: Duration,
        settings: &Settings,
        compared: bool,
    ) -> Option<Duration> {
        self.skip_silence(elapsed, settings);
        let end = self.due(settings, compared)?;
        (elapsed >= end).then_some(end)
    }

    /// Closes the slice at the last whole interval before `elapsed`, and opens the next one; `None`
    /// in its first interval.
    pub(super) fn cut(&mut self, elapsed: Duration, interval: Duration) -> Option<Slice> {
        let intervals = whole(elapsed.saturating_sub(self.start), interval);
        let end = self.start.checked_add(interval.checked_mul(intervals)?)?;
        (intervals > 0).then(|| self.close(end))
    }

    fn close(&mut self, end: Duration) -> Slice {
        Slice {
            start: mem::replace(&mut self.start, end),
            end,
            canary: mem::take(&mut self.canary),
            stable: mem::take(&mut self.stable),
        }
    }

    /// The end of the interval in which the slice got enough requests, or else of the last one that
    /// it may have; `None` beyond the range of time.
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

    /// Whether it has the requests that it needs.
    pub(super) fn is_enough(&self, settings: &Settings, compared: bool) -> bool {
        let has_enough = |figures: &Figures| figures.tally().requests >= settings.min_requests;
        let waits_for_stable = compared && self.stable_reports;
        has_enough(&self.canary) && (!waits_for_stable || has_enough(&self.stable))
    }

    /// Treats all long silences alike, however long they are.
    fn skip_silence(&mut self, elapsed: Duration, settings: &Settings) {
        let is_silent = |figures: &Figures| figures.tally().requests == 0;
        if !(is_silent(&self.canary) && is_silent(&self.stable)) {
            return;
        }
        let longest = settings.interval.saturating_mul(MAX_INTERVALS);
        let silence = elapsed.saturating_sub(self.start);
        // only whole slices are skipped, so that slices stay aligned
        let begun = silence.as_nanos() % longest.as_nanos().max(1);
        let kept = Duration::from_nanos(u64::try_from(begun).unwrap_or(u64::MAX))
            .saturating_add(longest.saturating_mul(MAX_SILENT));
        let skipped = silence.saturating_sub(kept);
        self.start = self.start.saturating_add(skipped);
    }
}

/// The number of whole times that `part` is in `time`.
pub(super) fn whole(time: Duration, part: Duration) -> u32 {
    let times = time.as_nanos() / part.as_nanos().max(1);
    u32::try_from(times).unwrap_or(u32::MAX)
}
