//! `measured/<id>`

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    basics::Span,
    observed::{Figures, Observed},
    v2,
};

#[derive(Deserialize)]
pub(in crate::store) struct Measured {
    analysis: Analysis,
    counted_from: Span,
    totals: BTreeMap<String, Totals>,
    closed: u64,
    seen: Vec<u64>,
}

#[derive(Deserialize)]
struct Analysis {
    tests: u32,
    applications: BTreeMap<String, Observed>,
}

#[derive(Deserialize)]
struct Totals {
    canary: Figures,
    stable: Figures,
}

impl From<Measured> for v2::Measured {
    fn from(measured: Measured) -> Self {
        let Analysis {
            tests,
            applications,
        } = measured.analysis;
        let observed = |(application, observed): (String, Observed)| observed.of(application);
        let totals = |(application, totals): (String, Totals)| v2::Totals {
            application,
            canary: Some(totals.canary.into()),
            stable: Some(totals.stable.into()),
        };
        Self {
            tests,
            applications: applications.into_iter().map(observed).collect(),
            counted_from: Some(measured.counted_from.into()),
            totals: measured.totals.into_iter().map(totals).collect(),
            closed: measured.closed,
            seen: measured.seen,
            windows: Vec::new(),
        }
    }
}
