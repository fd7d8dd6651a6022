//! Sources as JSON.

use serde::Serialize;
use utoipa::ToSchema;
use vortex_proto::config::v1 as proto;

use crate::{answer::from_replies, answer::time::rfc3339};

/// A source and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Source {
    name: String,
    /// Whether it is configured.
    state: State,
    /// `git`
    kind: String,
    /// Where it is, without credentials.
    location: String,
    /// What becomes of imported change sets.
    release: Release,
    /// When it was last read whole.
    last_success: Option<String>,
    /// When the last try was.
    last_attempt: Option<String>,
    /// What failed at the last try; empty when nothing did.
    error: String,
    /// The labels it feeds.
    labels: Vec<Label>,
    /// Files that are not served, the first 100, and why.
    defects: Vec<Defect>,
    /// Defects beyond those.
    more_defects: u32,
}

impl From<proto::Source> for Source {
    fn from(source: proto::Source) -> Self {
        Self {
            state: source.state().into(),
            release: source.release().into(),
            name: source.name,
            kind: source.kind,
            location: source.location,
            last_success: rfc3339(source.last_success),
            last_attempt: rfc3339(source.last_attempt),
            error: source.error,
            labels: source.labels.into_iter().map(Label::from).collect(),
            defects: source.defects.into_iter().map(Defect::from).collect(),
            more_defects: source.more_defects,
        }
    }
}

/// What becomes of imported change sets.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReleasePolicy)]
enum Release {
    /// They are released at once.
    Auto,
    /// They wait for an operator.
    Stage,
    /// They go out as rollouts.
    Rollout,
    /// A policy newer than this gateway.
    Unknown,
}

from_replies!(
    Source = source of
    proto::GetSourceResponse,
    proto::SyncSourceResponse,
    proto::ApproveSourceResponse,
);

impl From<proto::ReleasePolicy> for Release {
    fn from(policy: proto::ReleasePolicy) -> Self {
        match policy {
            proto::ReleasePolicy::Auto => Self::Auto,
            proto::ReleasePolicy::Stage => Self::Stage,
            proto::ReleasePolicy::Rollout => Self::Rollout,
            proto::ReleasePolicy::Unspecified => Self::Unknown,
        }
    }
}

/// Whether a source is configured.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SourceState)]
enum State {
    /// It is: it is looked at.
    Configured,
    /// It was: its labels are as it left them, until it is configured again or detached.
    NotConfigured,
    /// A state newer than this gateway.
    Unknown,
}

impl From<proto::SourceState> for State {
    fn from(state: proto::SourceState) -> Self {
        match state {
            proto::SourceState::Configured => Self::Configured,
            proto::SourceState::NotConfigured => Self::NotConfigured,
            proto::SourceState::Unspecified => Self::Unknown,
        }
    }
}

/// A label that a source feeds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SourceLabel)]
struct Label {
    label: String,
    /// The commit that is imported.
    commit: String,
    /// What was released last: the commit, or what took one back. Empty while nothing was.
    served_commit: String,
    /// Whether the commit that is imported waits for a rollout to take it up.
    awaits_rollout: bool,
    /// A commit that waits for an operator or for a rollout to end, or was refused; empty when
    /// none.
    pending_commit: String,
    /// Why it waits: `SOURCE_SHRANK`, `LABEL_HAS_DOCUMENTS`, `DOCUMENT_INVALID`,
    /// `ROLLOUT_CONFLICT`, `UNAVAILABLE`.
    pending_reason: String,
    /// More about why, for people.
    pending_detail: String,
}

impl From<proto::SourceLabel> for Label {
    fn from(label: proto::SourceLabel) -> Self {
        Self {
            label: label.label,
            commit: label.commit,
            served_commit: label.served_commit,
            awaits_rollout: label.awaits_rollout,
            pending_commit: label.pending_commit,
            pending_reason: label.pending_reason,
            pending_detail: label.pending_detail,
        }
    }
}

/// A file that is not served, or a whole branch or tag.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SourceDefect)]
struct Defect {
    label: String,
    /// Empty where the whole label is not served.
    path: String,
    /// `DOCUMENT_INVALID`, `FILE_TOO_LARGE`, `FILE_SKIPPED`, or `INVALID_NAME` for a label.
    reason: String,
    /// What is wrong, with line and column where there are any.
    detail: String,
}

impl From<proto::SourceDefect> for Defect {
    fn from(defect: proto::SourceDefect) -> Self {
        Self {
            label: defect.label,
            path: defect.path,
            reason: defect.reason,
            detail: defect.detail,
        }
    }
}
