//! Sources: the repositories that feed labels.

use serde::{Deserialize, Serialize};

use crate::{answer::answers, name::names};

answers! {
    /// A page of sources, by name.
    pub struct Sources {
        /// The sources.
        pub sources: Vec<Source>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// A source and its state.
    pub struct Source {
        /// Its name.
        pub name: String,
        /// Whether it is configured.
        pub state: SourceState,
        /// The kind: `git`.
        pub kind: String,
        /// The address of its repository, without credentials.
        pub location: String,
        /// The policy for the change sets it imports.
        pub release: ReleasePolicy,
        /// When it was last read as a whole; null before the first time.
        pub last_success: Option<String>,
        /// When the last attempt was made.
        pub last_attempt: Option<String>,
        /// The error of the last attempt; empty if it succeeded.
        pub error: String,
        /// The labels it feeds.
        pub labels: Vec<SourceLabel>,
        /// Files and labels that are not served, the first 100, and why.
        pub defects: Vec<SourceDefect>,
        /// The number of further defects.
        pub more_defects: u32,
    }

    /// A label that a source feeds.
    pub struct SourceLabel {
        /// The label.
        pub label: String,
        /// The commit that was imported.
        pub commit: String,
        /// The stable version: the commit that was released last, or the version that took one
        /// back. Empty before the first release.
        pub served_commit: String,
        /// Whether the imported commit waits for a rollout to take it up.
        pub awaits_rollout: bool,
        /// A commit that waits for an operator or for a rollout or a freeze to end, or that was
        /// refused; empty if there is none, or if the label's reference can't be read.
        pub pending_commit: String,
        /// Why it waits: `SOURCE_SHRANK`, `LABEL_HAS_DOCUMENTS`, `DOCUMENT_INVALID`,
        /// `ROLLOUT_CONFLICT`, `FROZEN`, `UNAVAILABLE`.
        pub pending_reason: String,
        /// The details, for people.
        pub pending_detail: String,
        /// The rollout that has to end first; empty unless the reason is `ROLLOUT_CONFLICT`.
        pub pending_rollout: String,
        /// A freeze that concerns the commit and has to end, too; empty unless the reason is
        /// `FROZEN` or `ROLLOUT_CONFLICT`.
        pub pending_freeze: String,
    }

    /// A file or a label that is not served.
    pub struct SourceDefect {
        /// The label.
        pub label: String,
        /// The path; empty if the whole label is not served.
        pub path: String,
        /// The reason: `DOCUMENT_INVALID`, `FILE_TOO_LARGE`, `FILE_SKIPPED`; for a whole label
        /// `INVALID_NAME` or `UNAVAILABLE`.
        pub reason: String,
        /// The details, with line and column if there are any.
        pub detail: String,
    }

    /// The labels that a source was detached from.
    pub struct Detached {
        /// Their names, including those detached before.
        pub labels: Vec<String>,
    }

    /// The sources that were asked to read their repositories.
    pub struct Notified {
        /// The sources' names.
        pub sources: Vec<String>,
    }
}

names! {
    /// The policy for imported change sets.
    pub enum ReleasePolicy {
        /// They are released at once.
        Auto = "auto",
        /// They wait for an operator.
        Stage = "stage",
        /// They are rolled out.
        Rollout = "rollout",
        /// A policy that this program does not know.
        Unknown = "unknown",
    }

    /// Whether a source is configured.
    pub enum SourceState {
        /// The source is configured, and is read.
        Configured = "configured",
        /// The source was configured; its labels are as it left them, until it is configured again
        /// or detached.
        NotConfigured = "not_configured",
        /// A state that this program does not know.
        Unknown = "unknown",
    }
}

/// The commit that an operator approves.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// The label.
    pub label: String,
    /// The commit that waits.
    pub commit: String,
}
