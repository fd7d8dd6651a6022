//! Translates the measurements of a rollout.

use super::{Invalid, all, from_span, must, pb, span};
use crate::{
    domain::{
        Measured, Total, Totals,
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
        }
    }
}

impl TryFrom<pb::Measured> for Measured {
    type Error = Invalid;

    fn try_from(stored: pb::Measured) -> Result<Self, Invalid> {
        let applications: Vec<(Application, Observed)> = all(stored.applications)?;
        let totals: Vec<(Application, Totals)> = all(stored.totals)?;
        Ok(Self {
            analysis: Analysis {
                tests: stored.tests,
                applications: applications.into_iter().collect(),
            },
            counted_from: span(stored.counted_from, "since when counts run")?,
            totals: totals.into_iter().collect(),
            closed: stored.closed,
            seen: stored.seen.into_iter().collect(),
            slices: Default::default(),
        })
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
