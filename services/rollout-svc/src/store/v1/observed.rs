//! An application in `measured/<id>`

use serde::Deserialize;

use super::{
    basics::Span,
    judged::{Judged, Tally},
    v2,
};

#[derive(Deserialize)]
pub(super) struct Observed {
    open: OpenSlice,
    parts: u64,
    test: SequentialTest,
    counts: Counts,
    newest: Option<Judged>,
    cause: Option<Cause>,
    /// Not written by the first programs.
    heard: Option<Span>,
}

#[derive(Deserialize)]
struct OpenSlice {
    start: Span,
    newest_report: Span,
    canary: Figures,
    stable: Figures,
    stable_reports: bool,
}

#[derive(Deserialize)]
pub(super) struct Figures {
    tally: Tally,
    latency: Sketch,
}

#[derive(Deserialize)]
struct Sketch {
    first: i32,
    bins: Vec<f64>,
    zero: f64,
}

#[derive(Deserialize)]
struct SequentialTest {
    needed: f64,
    logs: Vec<f64>,
    canary: Tally,
    stable: Tally,
    crossed: bool,
}

#[derive(Deserialize)]
struct Counts {
    failures: u32,
    failures_in_a_row: u32,
    inconclusive_in_a_row: u32,
    no_data_in_a_row: u32,
}

#[derive(Deserialize)]
struct Cause {
    limit: Limit,
    slice: Judged,
}

#[derive(Deserialize)]
enum Limit {
    ConsecutiveFailures(u32),
    Failures(u32),
    Inconclusive(u32),
    NoData(u32),
}

impl Observed {
    pub(super) fn of(self, application: String) -> v2::Observed {
        v2::Observed {
            application,
            open: Some(self.open.into()),
            parts: self.parts,
            test: Some(self.test.into()),
            counts: Some(self.counts.into()),
            newest: self.newest.map(v2::Judged::from),
            cause: self.cause.map(v2::Cause::from),
            heard: self.heard.map(Into::into),
            began_by: None,
        }
    }
}

impl From<OpenSlice> for v2::OpenSlice {
    fn from(open: OpenSlice) -> Self {
        Self {
            start: Some(open.start.into()),
            newest_report: Some(open.newest_report.into()),
            canary: Some(open.canary.into()),
            stable: Some(open.stable.into()),
            stable_reports: open.stable_reports,
        }
    }
}

impl From<Figures> for v2::Figures {
    fn from(Figures { tally, latency }: Figures) -> Self {
        Self {
            tally: Some(tally.into()),
            latency: Some(latency.into()),
        }
    }
}

impl From<Sketch> for v2::Sketch {
    fn from(Sketch { first, bins, zero }: Sketch) -> Self {
        // version 2 stores whole numbers apart, to be smaller; both forms are read
        Self {
            first,
            counts: Vec::new(),
            fractional_counts: bins,
            zero,
        }
    }
}

impl From<SequentialTest> for v2::SequentialTest {
    fn from(test: SequentialTest) -> Self {
        Self {
            needed: test.needed,
            logs: test.logs,
            canary: Some(test.canary.into()),
            stable: Some(test.stable.into()),
            crossed: test.crossed,
        }
    }
}

impl From<Counts> for v2::Counts {
    fn from(counts: Counts) -> Self {
        Self {
            failures: counts.failures,
            failures_in_a_row: counts.failures_in_a_row,
            inconclusive_in_a_row: counts.inconclusive_in_a_row,
            no_data_in_a_row: counts.no_data_in_a_row,
            ..Self::default()
        }
    }
}

impl From<Cause> for v2::Cause {
    fn from(Cause { limit, slice }: Cause) -> Self {
        let (limit, count) = match limit {
            Limit::ConsecutiveFailures(count) => (v2::Limit::ConsecutiveFailures, count),
            Limit::Failures(count) => (v2::Limit::Failures, count),
            Limit::Inconclusive(count) => (v2::Limit::Inconclusive, count),
            Limit::NoData(count) => (v2::Limit::NoData, count),
        };
        Self {
            limit: limit.into(),
            count,
            slice: Some(slice.into()),
            on_failure: v2::OnFailure::Unspecified.into(),
        }
    }
}
