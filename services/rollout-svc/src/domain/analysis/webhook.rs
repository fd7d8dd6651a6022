//! The webhooks' gate: what somebody else says of the canary.

use std::fmt;

use super::{Application, Verdict};

/// A webhook's finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvidence {
    /// The webhook's name.
    pub gate: String,
    /// The finding.
    pub finding: WebhookFinding,
    /// What it said, or why it said nothing.
    pub message: String,
}

/// The possible findings of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFinding {
    /// It says that the canary passes.
    Passes,
    /// It says that the canary fails.
    Fails,
    /// It says that it can't tell yet.
    Waits,
    /// It says nothing.
    Unanswered,
}

impl WebhookFinding {
    /// The verdict that follows from it.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Passes => Verdict::Pass,
            Self::Fails => Verdict::Fail,
            Self::Waits => Verdict::Inconclusive,
            Self::Unanswered => Verdict::NoData,
        }
    }
}

impl WebhookEvidence {
    /// A webhook that did not answer.
    pub fn unanswered(gate: &str, why: impl Into<String>) -> Self {
        Self {
            gate: gate.to_owned(),
            finding: WebhookFinding::Unanswered,
            message: why.into(),
        }
    }

    pub(super) fn tell(
        &self,
        application: &Application,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let says = match self.finding {
            WebhookFinding::Passes => "passes",
            WebhookFinding::Fails => "fails",
            WebhookFinding::Waits => "says to wait for",
            WebhookFinding::Unanswered => "no answer for",
        };
        write!(f, "webhook {}: {says} {application}", self.gate)?;
        match self.message.as_str() {
            "" => Ok(()),
            message => write!(f, ": {message}"),
        }
    }
}
