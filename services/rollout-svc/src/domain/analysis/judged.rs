//! The gates' verdicts on a slice.

use std::{fmt, time::Duration};

use super::{
    Application, ErrorsEvidence, ErrorsFinding, InstancesEvidence, InstancesFinding,
    LatencyEvidence, LatencyFinding, QueryEvidence, QueryFinding, SequentialTest, Settings, Slice,
    WebhookEvidence, WebhookFinding, errors, latency,
};

/// A gate's verdict on a slice, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The canary keeps within the limits.
    Pass,
    /// Too little was measured.
    NoData,
    /// Enough was measured, and it shows neither.
    Inconclusive,
    /// The canary exceeds a limit.
    Fail,
}

/// The finding of one gate, with the values, thresholds and sample sizes that decided it.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The errors gate.
    Errors(ErrorsEvidence),
    /// The latency gate.
    Latency(LatencyEvidence),
    /// The instances gate.
    Instances(InstancesEvidence),
    /// A query of Prometheus.
    Query(QueryEvidence),
    /// A webhook.
    Webhook(WebhookEvidence),
}

/// A judged slice of one application.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The application.
    pub application: Application,
    /// When the slice began, in time since the stage's effect.
    pub start: Duration,
    /// When the slice closed.
    pub end: Duration,
    /// The findings of the gates that count.
    pub findings: Vec<Finding>,
}

/// A finding about an application, shown as a sentence.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a> {
    /// The application.
    pub application: &'a Application,
    /// The finding.
    pub finding: &'a Finding,
}

impl Finding {
    /// The verdict that follows from it.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Errors(evidence) => evidence.finding.verdict(),
            Self::Latency(evidence) => evidence.finding.verdict(),
            Self::Instances(evidence) => evidence.finding.verdict(),
            Self::Query(evidence) => evidence.verdict(),
            Self::Webhook(evidence) => evidence.finding.verdict(),
        }
    }

    /// Nobody was asked in time.
    pub(super) fn not_asked() -> Self {
        let why = "it was not asked within two intervals";
        Self::Query(QueryEvidence::unanswered("any", why))
    }

    /// Whether a query or a webhook had no answer.
    pub fn is_unanswered(&self) -> bool {
        match self {
            Self::Errors(_) | Self::Latency(_) | Self::Instances(_) => false,
            Self::Query(evidence) => matches!(evidence.finding, QueryFinding::Unanswered(_)),
            Self::Webhook(evidence) => evidence.finding == WebhookFinding::Unanswered,
        }
    }

    /// Whether it has a say in the verdict on the slice. That nobody knows how instances fare
    /// neither holds nor fails anything.
    fn counts(&self) -> bool {
        match self {
            Self::Errors(_) | Self::Latency(_) | Self::Webhook(_) => true,
            Self::Instances(evidence) => evidence.finding.verdict() != Verdict::NoData,
            Self::Query(evidence) => evidence.counts(),
        }
    }

    fn is_shared(&self) -> bool {
        match self {
            Self::Errors(evidence) => evidence.finding == ErrorsFinding::SharedOutage,
            Self::Latency(evidence) => {
                matches!(evidence.finding, LatencyFinding::SharedOutage { .. })
            }
            Self::Instances(evidence) => evidence.finding == InstancesFinding::SharedOutage,
            Self::Query(_) | Self::Webhook(_) => false,
        }
    }
}

impl Judged {
    /// Judges a slice, which the test has already taken in.
    pub(super) fn of(
        application: &Application,
        slice: &Slice,
        test: Option<&SequentialTest>,
        instances: Option<InstancesEvidence>,
        settings: &Settings,
    ) -> Self {
        // where no requests are needed, others judge what has none
        let is_left = settings.min_requests == 0 && slice.canary.tally().requests == 0;
        let errors = errors::judge(slice, test, settings);
        let errors = (!is_left).then_some(Finding::Errors(errors));
        let latency = latency::judge(slice, test.is_some(), settings).map(Finding::Latency);
        Self {
            application: application.clone(),
            start: slice.start,
            end: slice.end,
            findings: errors
                .into_iter()
                .chain(latency)
                .chain(instances.map(Finding::Instances))
                .collect(),
        }
    }

    /// The worst verdict of the gates that have a say.
    pub fn verdict(&self) -> Verdict {
        let counting = self.findings.iter().filter(|finding| finding.counts());
        let verdicts = counting.map(Finding::verdict);
        verdicts.max().unwrap_or(Verdict::NoData)
    }

    /// Whether nothing fails, and a gate finds both arms beyond a limit alike.
    pub fn is_shared(&self) -> bool {
        self.verdict() == Verdict::Inconclusive && self.findings.iter().any(Finding::is_shared)
    }

    /// Whether it has no data, and a query or a webhook had no answer.
    pub fn is_unanswered(&self) -> bool {
        self.verdict() == Verdict::NoData && self.findings.iter().any(Finding::is_unanswered)
    }

    /// The findings with the worst verdict.
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'_>> {
        let verdict = self.verdict();
        self.findings
            .iter()
            .filter(move |finding| finding.counts() && finding.verdict() == verdict)
            .map(|finding| Reason {
                application: &self.application,
                finding,
            })
    }
}

/// The reasons, one after the other.
impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.reasons().next().is_none() {
            return write!(f, "nothing was measured of {}", self.application);
        }
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
            Finding::Instances(evidence) => evidence.tell(self.application, f),
            Finding::Query(evidence) => evidence.tell(self.application, f),
            Finding::Webhook(evidence) => evidence.tell(self.application, f),
        }
    }
}
