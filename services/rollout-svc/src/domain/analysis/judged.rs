//! The gates' verdicts on a slice.

use std::{fmt, time::Duration};

use super::{
    Application, ErrorsEvidence, LatencyEvidence, SequentialTest, Settings, Slice, errors, latency,
};

/// What a gate says of a slice, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The canary is fine.
    Pass,
    /// Too little was measured to say.
    NoData,
    /// It was measured, and is neither fine nor bad.
    Inconclusive,
    /// The canary is bad.
    Fail,
}

/// What one gate found, with the values, thresholds and sample sizes that decided.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The errors gate.
    Errors(ErrorsEvidence),
    /// The latency gate.
    Latency(LatencyEvidence),
}

/// One slice of one application, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The application.
    pub application: Application,
    /// When the slice began, in time since the stage's effect.
    pub start: Duration,
    /// When it closed.
    pub end: Duration,
    /// What each gate that counts has found: one at least.
    pub findings: Vec<Finding>,
}

/// A finding about an application, which is shown as a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a> {
    /// The application.
    pub application: &'a Application,
    /// What was found.
    pub finding: &'a Finding,
}

impl Finding {
    /// What it amounts to.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Errors(evidence) => evidence.finding.verdict(),
            Self::Latency(evidence) => evidence.finding.verdict(),
        }
    }
}

impl Judged {
    /// Judges a slice; the test has taken it in.
    pub(super) fn of(
        application: &Application,
        slice: &Slice,
        test: Option<&SequentialTest>,
        settings: &Settings,
    ) -> Self {
        let errors = Finding::Errors(errors::judge(slice, test, settings));
        let latency = latency::judge(slice, test.is_some(), settings).map(Finding::Latency);
        Self {
            application: application.clone(),
            start: slice.start,
            end: slice.end,
            findings: [errors].into_iter().chain(latency).collect(),
        }
    }

    /// The worst of what was found.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.findings.iter().map(Finding::verdict);
        verdicts.max().unwrap_or(Verdict::NoData)
    }

    /// The findings that made the verdict what it is.
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'_>> {
        let verdict = self.verdict();
        self.findings
            .iter()
            .filter(move |finding| finding.verdict() == verdict)
            .map(|finding| Reason {
                application: &self.application,
                finding,
            })
    }
}

/// The reasons, after each other.
impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, reason) in self.reasons().enumerate() {
            if position > 0 {
                f.write_str("; ")?;
            }
            reason.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.finding {
            Finding::Errors(evidence) => evidence.tell(self.application, f),
            Finding::Latency(evidence) => evidence.tell(self.application, f),
        }
    }
}
