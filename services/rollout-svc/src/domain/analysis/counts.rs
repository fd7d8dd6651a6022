//! Counts slices by verdict.

use std::fmt;

use super::{Judged, Settings, Verdict};

/// The number of slices in a row that pause in which a query or a webhook had no answer.
const UNANSWERED: u32 = 5;

/// The slices of an application by verdict, since the rollout began or was resumed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// FAIL slices, over all stages.
    pub failures: u32,
    /// FAIL slices in a row, up to the newest, in this stage.
    pub failures_in_a_row: u32,
    /// INCONCLUSIVE slices in a row, up to the newest, in this stage.
    pub inconclusive_in_a_row: u32,
    /// NO_DATA slices in a row, up to the newest, in this stage.
    pub no_data_in_a_row: u32,
    /// Slices in a row, up to the newest, in this stage, in which both arms shared an outage.
    pub shared_in_a_row: u32,
    /// PASS slices in a row, up to the newest, in this stage.
    pub passes_in_a_row: u32,
    /// Slices in a row, up to the newest, in this stage, in which a query or a webhook had no answer.
    pub unanswered_in_a_row: u32,
}

/// A limit that was reached, with the count that reached it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// FAIL slices in a row.
    ConsecutiveFailures(u32),
    /// FAIL slices in the rollout.
    Failures(u32),
    /// INCONCLUSIVE slices in a row.
    Inconclusive(u32),
    /// NO_DATA slices in a row.
    NoData(u32),
    /// Slices in a row in which both arms shared an outage.
    SharedOutage(u32),
    /// Slices in a row in which a query or a webhook had no answer.
    Unanswered(u32),
}

impl Counts {
    /// The counts with which the next stage begins.
    pub(super) fn of_next_stage(self) -> Self {
        Self {
            failures: self.failures,
            ..Self::default()
        }
    }

    /// Counts a slice, and answers the limit that it has reached.
    pub(super) fn count(&mut self, judged: &Judged, settings: &Settings) -> Option<Limit> {
        let before = std::mem::replace(self, self.of_next_stage());
        match judged.verdict() {
            Verdict::Pass => {
                self.passes_in_a_row = before.passes_in_a_row.saturating_add(1);
                None
            }
            Verdict::Fail => {
                self.failures = before.failures.saturating_add(1);
                self.failures_in_a_row = before.failures_in_a_row.saturating_add(1);
                self.failed(settings)
            }
            Verdict::Inconclusive => {
                let count = before.inconclusive_in_a_row.saturating_add(1);
                self.inconclusive_in_a_row = count;
                if judged.is_shared() {
                    self.shared_in_a_row = before.shared_in_a_row.saturating_add(1);
                    if self.shared_in_a_row >= settings.consecutive_failures {
                        return Some(Limit::SharedOutage(self.shared_in_a_row));
                    }
                }
                (count >= settings.inconclusive_limit).then_some(Limit::Inconclusive(count))
            }
            Verdict::NoData if judged.is_unanswered() => {
                let count = before.unanswered_in_a_row.saturating_add(1);
                self.unanswered_in_a_row = count;
                (count >= UNANSWERED).then_some(Limit::Unanswered(count))
            }
            Verdict::NoData => {
                let count = before.no_data_in_a_row.saturating_add(1);
                self.no_data_in_a_row = count;
                (count >= settings.no_data_limit).then_some(Limit::NoData(count))
            }
        }
    }

    fn failed(&self, settings: &Settings) -> Option<Limit> {
        if self.failures_in_a_row >= settings.consecutive_failures {
            Some(Limit::ConsecutiveFailures(self.failures_in_a_row))
        } else if self.failures >= settings.max_failures {
            Some(Limit::Failures(self.failures))
        } else {
            None
        }
    }
}

impl Limit {
    /// Whether it is a limit on failures, which roll back unless the settings say otherwise.
    pub fn is_failure(self) -> bool {
        match self {
            Self::ConsecutiveFailures(_) | Self::Failures(_) => true,
            Self::Inconclusive(_)
            | Self::NoData(_)
            | Self::SharedOutage(_)
            | Self::Unanswered(_) => false,
        }
    }

    /// Whether slices that pass may end the pause that it led to.
    pub fn clears(self) -> bool {
        match self {
            Self::Inconclusive(_) | Self::SharedOutage(_) | Self::Unanswered(_) => true,
            Self::ConsecutiveFailures(_) | Self::Failures(_) | Self::NoData(_) => false,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConsecutiveFailures(1) => f.write_str("a slice failed"),
            Self::ConsecutiveFailures(count) => write!(f, "{count} slices in a row failed"),
            Self::Failures(count) => write!(f, "{count} slices of the rollout failed"),
            Self::Inconclusive(count) => write!(f, "{count} slices in a row were inconclusive"),
            Self::NoData(count) => write!(f, "{count} slices in a row had no data"),
            Self::Unanswered(count) => write!(
                f,
                "in {count} slices in a row a query or a webhook had no answer"
            ),
            Self::SharedOutage(1) => {
                f.write_str("shared outage: both arms were beyond a limit in a slice")
            }
            Self::SharedOutage(count) => write!(
                f,
                "shared outage: both arms were beyond a limit in {count} slices in a row"
            ),
        }
    }
}
