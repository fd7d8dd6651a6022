//! Translates the figures of an application in the present stage, and the verdicts on them.

use std::sync::Arc;

use vortex_sketch::{Bins, Sketch};

use super::{Invalid, from_span, may, must, pb, span};
use crate::domain::analysis::{
    Application, Cause, Counts, Figures, Limit, Observed, OnFailure, OpenSlice, SequentialTest,
};

/// Above it a double can't represent every whole number.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl From<(&Application, &Observed)> for pb::Observed {
    fn from((application, observed): (&Application, &Observed)) -> Self {
        let Observed {
            open,
            parts,
            test,
            counts,
            newest,
            cause,
            heard,
            began_by,
            // asked again
            sighting: _,
            answers: _,
        } = observed;
        Self {
            application: application.to_string(),
            open: Some(open.into()),
            parts: *parts as u64,
            test: Some(test.into()),
            counts: Some((*counts).into()),
            newest: newest.as_ref().map(pb::Judged::from),
            cause: cause.as_ref().map(pb::Cause::from),
            heard: heard.map(from_span),
            began_by: began_by.as_deref().map(pb::AnalysisSettings::from),
        }
    }
}

impl TryFrom<pb::Observed> for (Application, Observed) {
    type Error = Invalid;

    fn try_from(stored: pb::Observed) -> Result<Self, Invalid> {
        let parts = usize::try_from(stored.parts);
        let heard = stored.heard.map(|heard| span(Some(heard), "a time"));
        let observed = Observed {
            open: must(stored.open, "the open slice")?,
            parts: parts.map_err(|_| Invalid::NotAllowed("a part of the tests"))?,
            test: must(stored.test, "the sequential test")?,
            counts: must(stored.counts, "the counts of slices")?,
            newest: may(stored.newest)?,
            cause: may(stored.cause)?,
            heard: heard.transpose()?,
            began_by: may(stored.began_by)?.map(Arc::new),
            sighting: None,
            answers: None,
        };
        Ok((Application::new(stored.application), observed))
    }
}

impl From<&OpenSlice> for pb::OpenSlice {
    fn from(open: &OpenSlice) -> Self {
        let OpenSlice {
            start,
            newest_report,
            canary,
            stable,
            stable_reports,
        } = open;
        Self {
            start: Some(from_span(*start)),
            newest_report: Some(from_span(*newest_report)),
            canary: Some(canary.into()),
            stable: Some(stable.into()),
            stable_reports: *stable_reports,
        }
    }
}

impl TryFrom<pb::OpenSlice> for OpenSlice {
    type Error = Invalid;

    fn try_from(stored: pb::OpenSlice) -> Result<Self, Invalid> {
        Ok(Self {
            start: span(stored.start, "a slice's start")?,
            newest_report: span(stored.newest_report, "the time of the newest report")?,
            canary: must(stored.canary, "the canary's figures")?,
            stable: must(stored.stable, "stable's figures")?,
            stable_reports: stored.stable_reports,
        })
    }
}

impl From<&Figures> for pb::Figures {
    fn from(Figures { tally, latency }: &Figures) -> Self {
        Self {
            tally: Some((*tally).into()),
            latency: Some(latency.into()),
        }
    }
}

impl TryFrom<pb::Figures> for Figures {
    type Error = Invalid;

    fn try_from(stored: pb::Figures) -> Result<Self, Invalid> {
        Ok(Self {
            tally: must(stored.tally, "requests and errors")?,
            latency: must(stored.latency, "latencies")?,
        })
    }
}

impl From<&Sketch> for pb::Sketch {
    fn from(sketch: &Sketch) -> Self {
        let Bins {
            first,
            counts,
            zero,
        } = sketch.bins();
        let is_whole = |count: &f64| count.fract() == 0.0 && *count <= LARGEST_WHOLE;
        let (counts, fractional_counts) = if counts.iter().all(is_whole) {
            (
                counts.iter().map(|count| *count as u64).collect(),
                Vec::new(),
            )
        } else {
            (Vec::new(), counts)
        };
        Self {
            first,
            counts,
            fractional_counts,
            zero,
        }
    }
}

impl TryFrom<pb::Sketch> for Sketch {
    type Error = Invalid;

    fn try_from(stored: pb::Sketch) -> Result<Self, Invalid> {
        let counts = match stored.fractional_counts {
            none if none.is_empty() => stored.counts.iter().map(|count| *count as f64).collect(),
            fractional => fractional,
        };
        let bins = Bins {
            first: stored.first,
            counts,
            zero: stored.zero,
        };
        Self::from_bins(bins).ok_or(Invalid::NotAllowed("a sketch of latencies"))
    }
}

impl From<&SequentialTest> for pb::SequentialTest {
    fn from(test: &SequentialTest) -> Self {
        let SequentialTest {
            needed,
            logs,
            canary,
            stable,
            crossed,
        } = test;
        Self {
            needed: *needed,
            logs: logs.to_vec(),
            canary: Some((*canary).into()),
            stable: Some((*stable).into()),
            crossed: *crossed,
        }
    }
}

impl TryFrom<pb::SequentialTest> for SequentialTest {
    type Error = Invalid;

    fn try_from(stored: pb::SequentialTest) -> Result<Self, Invalid> {
        let logs = stored.logs.try_into();
        Ok(Self {
            needed: stored.needed,
            logs: logs.map_err(|_| Invalid::NotAllowed("the evidence of a test"))?,
            canary: must(stored.canary, "the canary's requests")?,
            stable: must(stored.stable, "stable's requests")?,
            crossed: stored.crossed,
        })
    }
}

impl From<Counts> for pb::Counts {
    fn from(counts: Counts) -> Self {
        let Counts {
            failures,
            failures_in_a_row,
            inconclusive_in_a_row,
            no_data_in_a_row,
            shared_in_a_row,
            passes_in_a_row,
            unanswered_in_a_row,
        } = counts;
        Self {
            failures,
            failures_in_a_row,
            inconclusive_in_a_row,
            no_data_in_a_row,
            shared_in_a_row,
            passes_in_a_row,
            unanswered_in_a_row,
        }
    }
}

impl TryFrom<pb::Counts> for Counts {
    type Error = Invalid;

    fn try_from(stored: pb::Counts) -> Result<Self, Invalid> {
        Ok(Self {
            failures: stored.failures,
            failures_in_a_row: stored.failures_in_a_row,
            inconclusive_in_a_row: stored.inconclusive_in_a_row,
            no_data_in_a_row: stored.no_data_in_a_row,
            shared_in_a_row: stored.shared_in_a_row,
            passes_in_a_row: stored.passes_in_a_row,
            unanswered_in_a_row: stored.unanswered_in_a_row,
        })
    }
}

impl From<&Cause> for pb::Cause {
    fn from(cause: &Cause) -> Self {
        let Cause {
            limit,
            slice,
            on_failure,
        } = cause;
        let (limit, count) = match limit {
            Limit::ConsecutiveFailures(count) => (pb::Limit::ConsecutiveFailures, count),
            Limit::Failures(count) => (pb::Limit::Failures, count),
            Limit::Inconclusive(count) => (pb::Limit::Inconclusive, count),
            Limit::NoData(count) => (pb::Limit::NoData, count),
            Limit::SharedOutage(count) => (pb::Limit::SharedOutage, count),
            Limit::Unanswered(count) => (pb::Limit::Unanswered, count),
        };
        let on_failure = match on_failure {
            None => pb::OnFailure::Unspecified,
            Some(OnFailure::RollBack) => pb::OnFailure::RollBack,
            Some(OnFailure::Pause) => pb::OnFailure::Pause,
        };
        Self {
            limit: limit.into(),
            count: *count,
            slice: Some(slice.into()),
            on_failure: on_failure.into(),
        }
    }
}

impl TryFrom<pb::Cause> for Cause {
    type Error = Invalid;

    fn try_from(stored: pb::Cause) -> Result<Self, Invalid> {
        let count = stored.count;
        let limit = match stored.limit() {
            pb::Limit::ConsecutiveFailures => Limit::ConsecutiveFailures(count),
            pb::Limit::Failures => Limit::Failures(count),
            pb::Limit::Inconclusive => Limit::Inconclusive(count),
            pb::Limit::NoData => Limit::NoData(count),
            pb::Limit::SharedOutage => Limit::SharedOutage(count),
            pb::Limit::Unanswered => Limit::Unanswered(count),
            pb::Limit::Unspecified => return Err(Invalid::NotAllowed("a limit")),
        };
        let on_failure = match stored.on_failure() {
            pb::OnFailure::Unspecified => None,
            pb::OnFailure::RollBack => Some(OnFailure::RollBack),
            pb::OnFailure::Pause => Some(OnFailure::Pause),
        };
        Ok(Self {
            limit,
            on_failure,
            slice: must(stored.slice, "the slice that reached a limit")?,
        })
    }
}
