//! Translates the measurements of a rollout.

use super::{Invalid, all, from_span, from_time, must, pb, span, time};
use crate::{
    domain::{
        Measured, Place, Total, Totals, Watermark, Windows,
        analysis::{Analysis, Application, Observed},
    },
    store::{codec::Stored, v1},
};

impl Stored for Measured {
    type Message = pb::Measured;
    type V1 = v1::Measured;
}

impl From<&Measured> for pb::Measured {
    fn from(measured: &Measured) -> Self {
        let Measured {
            analysis: Analysis {
                tests,
                applications,
            },
            counted_from,
            totals,
            closed,
            seen,
            windows,
            // the slices are stored one by one
            slices: _,
        } = measured;
        Self {
            tests: *tests,
            applications: applications.iter().map(pb::Observed::from).collect(),
            counted_from: Some(from_span(*counted_from)),
            totals: totals.iter().map(pb::Totals::from).collect(),
            closed: *closed,
            seen: seen.hashes().collect(),
            windows: windows.iter().map(pb::Watermark::from).collect(),
        }
    }
}

impl TryFrom<pb::Measured> for Measured {
    type Error = Invalid;

    fn try_from(stored: pb::Measured) -> Result<Self, Invalid> {
        let applications: Vec<(Application, Observed)> = all(stored.applications)?;
        let totals: Vec<(Application, Totals)> = all(stored.totals)?;
        let windows: Vec<(String, Watermark)> = all(stored.windows)?;
        Ok(Self {
            analysis: Analysis {
                tests: stored.tests,
                applications: applications.into_iter().collect(),
            },
            counted_from: span(stored.counted_from, "since when counts run")?,
            totals: totals.into_iter().collect(),
            closed: stored.closed,
            seen: stored.seen.into_iter().collect(),
            windows: windows.into_iter().collect::<Windows>(),
            slices: Default::default(),
        })
    }
}

impl From<(&String, &Watermark)> for pb::Watermark {
    fn from((ingest, Watermark { place, at }): (&String, &Watermark)) -> Self {
        let Place {
            boot,
            sequence,
            part,
        } = *place;
        Self {
            ingest: ingest.clone(),
            boot,
            sequence,
            part,
            at: Some(from_time(*at)),
        }
    }
}

impl TryFrom<pb::Watermark> for (String, Watermark) {
    type Error = Invalid;

    fn try_from(stored: pb::Watermark) -> Result<Self, Invalid> {
        let place = Place {
            boot: stored.boot,
            sequence: stored.sequence,
            part: stored.part,
        };
        let at = time(stored.at, "when a window was taken")?;
        Ok((stored.ingest, Watermark { place, at }))
    }
}

impl From<(&Application, &Totals)> for pb::Totals {
    fn from((application, Totals { canary, stable }): (&Application, &Totals)) -> Self {
        Self {
            application: application.to_string(),
            canary: Some(canary.into()),
            stable: Some(stable.into()),
        }
    }
}

impl TryFrom<pb::Totals> for (Application, Totals) {
    type Error = Invalid;

    fn try_from(stored: pb::Totals) -> Result<Self, Invalid> {
        let totals = Totals {
            canary: must(stored.canary, "the canary's totals")?,
            stable: must(stored.stable, "stable's totals")?,
        };
        Ok((Application::new(stored.application), totals))
    }
}

impl From<&Total> for pb::Figures {
    fn from(Total { tally, latency }: &Total) -> Self {
        Self {
            tally: Some((*tally).into()),
            latency: Some(latency.into()),
        }
    }
}

impl TryFrom<pb::Figures> for Total {
    type Error = Invalid;

    fn try_from(stored: pb::Figures) -> Result<Self, Invalid> {
        Ok(Self {
            tally: must(stored.tally, "requests and errors")?,
            latency: must(stored.latency, "latencies")?,
        })
    }
}
