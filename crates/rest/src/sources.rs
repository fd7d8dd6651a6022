//! Sources: the repositories that feed labels.

use serde::{Deserialize, Serialize};

use crate::{answer::answers, name::names};

answers! {
    /// A page of sources, by name.
    pub struct Sources {
        /// The sources.
        pub sources: Vec<Source>,
        /// Where the next page begins; empty at the end.
        pub next_page_token: String,
    }

    /// A source and how it stands.
    pub struct Source {
        /// Its name.
        pub name: String,
        /// Whether it is configured.
        pub state: SourceState,
        /// `git`
        pub kind: String,
        /// Where it is, without credentials.
        pub location: String,
        /// What becomes of imported change sets.
        pub release: ReleasePolicy,
        /// When it was last read whole.
        pub last_success: Option<String>,
        /// When the last try was.
        pub last_attempt: Option<String>,
        /// What failed at the last try; empty when nothing did.
        pub error: String,
        /// The labels it feeds.
        pub labels: Vec<SourceLabel>,
        /// Files that are not served, the first 100, and why.
        pub defects: Vec<SourceDefect>,
        /// Defects beyond those.
        pub more_defects: u32,
    }

    /// A label that a source feeds.
    pub struct SourceLabel {
        /// The label.
        pub label: String,
        /// The commit that is imported.
        pub commit: String,
        /// What was released last: the commit, or what took one back. Empty while nothing was.
        pub served_commit: String,
        /// Whether the commit that is imported waits for a rollout to take it up.
        pub awaits_rollout: bool,
        /// A commit that waits for an operator or for a rollout to end, or was refused; empty when
        /// there is none, and where the label's reference can't be read.
        pub pending_commit: String,
        /// Why it waits: `SOURCE_SHRANK`, `LABEL_HAS_DOCUMENTS`, `DOCUMENT_INVALID`,
        /// `ROLLOUT_CONFLICT`, `UNAVAILABLE`.
        pub pending_reason: String,
        /// More about why, for people.
        pub pending_detail: String,
    }

    /// A file that is not served, or a whole branch or tag.
    pub struct SourceDefect {
        /// The label.
        pub label: String,
        /// Empty where the whole label is not served.
        pub path: String,
        /// `DOCUMENT_INVALID`, `FILE_TOO_LARGE`, `FILE_SKIPPED`, or `INVALID_NAME` for a label.
        pub reason: String,
        /// What is wrong, with line and column where there are any.
        pub detail: String,
    }

    /// The labels that a source was detached from.
    pub struct Detached {
        /// Their names, also where it was done before.
        pub labels: Vec<String>,
    }

    /// What was asked to look.
    pub struct Notified {
        /// The sources' names.
        pub sources: Vec<String>,
    }
}

names! {
    /// What becomes of imported change sets.
    pub enum ReleasePolicy {
        /// They are released at once.
        Auto = "auto",
        /// They wait for an operator.
        Stage = "stage",
        /// They go out as rollouts.
        Rollout = "rollout",
        /// A policy newer than the gateway.
        Unknown = "unknown",
    }

    /// Whether a source is configured.
    pub enum SourceState {
        /// It is: it is looked at.
        Configured = "configured",
        /// It was: its labels are as it left them, until it is configured again or detached.
        NotConfigured = "not_configured",
        /// A state newer than the gateway.
        Unknown = "unknown",
    }
}

/// What an operator has seen and lets through.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// The label.
    pub label: String,
    /// The commit that waits.
    pub commit: String,
}
