//! Change sets as JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use vortex_proto::config::v1 as proto;

use crate::answer::time::rfc3339;

/// Where a change set stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChangeState)]
pub(in crate::api) enum State {
    /// Stored, and not what readers get.
    Staged,
    /// Made stable at least once.
    Released,
    /// Given up before it was released.
    Discarded,
    /// Taken back from those who got it; only force brings it back.
    RolledBack,
    /// A state newer than this gateway.
    #[serde(skip_deserializing)]
    Unknown,
}

impl From<proto::ChangeState> for State {
    fn from(state: proto::ChangeState) -> Self {
        match state {
            proto::ChangeState::Unspecified => Self::Unknown,
            proto::ChangeState::Staged => Self::Staged,
            proto::ChangeState::Released => Self::Released,
            proto::ChangeState::Discarded => Self::Discarded,
            proto::ChangeState::RolledBack => Self::RolledBack,
        }
    }
}

impl From<State> for proto::ChangeState {
    fn from(state: State) -> Self {
        match state {
            State::Unknown => Self::Unspecified,
            State::Staged => Self::Staged,
            State::Released => Self::Released,
            State::Discarded => Self::Discarded,
            State::RolledBack => Self::RolledBack,
        }
    }
}

/// A change set.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Change {
    /// Its name.
    change: String,
    label: String,
    state: State,
    /// The rollout that was rolled back with it; empty unless it is `rolled_back`.
    rolled_back_by: String,
    /// SHA-256 over its ordered paths and contents, in hex.
    digest: String,
    /// Who made it, as the caller said.
    author: String,
    /// The authenticated caller.
    principal: String,
    /// Why, for people.
    message: String,
    written_at: Option<String>,
    /// The log's position at which it was written.
    sequence: u64,
    /// Its documents; in lists the first 100.
    documents: Vec<ChangedDocument>,
    /// How many documents it has.
    document_count: u32,
}

impl From<proto::Change> for Change {
    fn from(change: proto::Change) -> Self {
        Self {
            state: change.state().into(),
            change: change.name,
            label: change.label,
            rolled_back_by: change.rolled_back_by,
            digest: change.digest,
            author: change.author,
            principal: change.principal,
            message: change.message,
            written_at: rfc3339(change.written_at),
            sequence: change.sequence,
            documents: change.documents.into_iter().map(Into::into).collect(),
            document_count: change.document_count,
        }
    }
}

/// One document of a change set, without its content.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangedDocument {
    path: String,
    /// The name of its version.
    version: String,
    /// SHA-256 of its content, in hex; empty when it was deleted.
    digest: String,
    /// Whether it was deleted.
    deleted: bool,
}

impl From<proto::ChangedDocument> for ChangedDocument {
    fn from(document: proto::ChangedDocument) -> Self {
        Self {
            path: document.path,
            version: document.version,
            digest: document.digest,
            deleted: document.deleted,
        }
    }
}

/// What a release did.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Released {
    /// The change set as it stands now.
    change: Change,
    /// The log's position of the release.
    token: String,
    /// Whether anything moved.
    moved: bool,
}

impl From<proto::ReleaseChangeResponse> for Released {
    fn from(reply: proto::ReleaseChangeResponse) -> Self {
        Self {
            change: reply.change.unwrap_or_default().into(),
            token: reply.token,
            moved: reply.moved,
        }
    }
}

/// A change set and the position of the answer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeAnswer)]
pub(super) struct Answer {
    change: Change,
    /// The log's position of the answer.
    token: String,
}

impl From<proto::GetChangeResponse> for Answer {
    fn from(reply: proto::GetChangeResponse) -> Self {
        Self {
            change: reply.change.unwrap_or_default().into(),
            token: reply.token,
        }
    }
}

impl From<proto::DiscardChangeResponse> for Answer {
    fn from(reply: proto::DiscardChangeResponse) -> Self {
        Self {
            change: reply.change.unwrap_or_default().into(),
            token: reply.token,
        }
    }
}
