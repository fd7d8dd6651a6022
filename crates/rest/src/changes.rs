//! Change sets: documents that change together.

use serde::{Deserialize, Serialize};

use crate::{answer::answers, name::names};

names! {
    /// The state of a change set.
    pub enum ChangeState {
        /// Stored, but never released.
        Staged = "staged",
        /// Made stable at least once.
        Released = "released",
        /// Given up before it was released.
        Discarded = "discarded",
        /// Taken back from the readers that got it; only force brings it back.
        RolledBack = "rolled_back",
    }
}

answers! {
    /// A page of change sets, newest first.
    pub struct Changes {
        /// The change sets.
        pub changes: Vec<Change>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// A change set.
    pub struct Change {
        /// Its name.
        pub change: String,
        /// The label it is on.
        pub label: String,
        /// Its state.
        pub state: ChangeState,
        /// The rollout of it that was rolled back; empty unless it is `rolled_back`.
        pub rolled_back_by: String,
        /// SHA-256 over its ordered paths and contents, in hex.
        pub digest: String,
        /// The author, as the caller said.
        pub author: String,
        /// The authenticated caller.
        pub principal: String,
        /// The description, for people.
        pub message: String,
        /// When it was written.
        pub written_at: Option<String>,
        /// The log's position at which it was written.
        pub sequence: u64,
        /// Its documents; in lists the first 100.
        pub documents: Vec<ChangedDocument>,
        /// The number of its documents.
        pub document_count: u32,
    }

    /// One document of a change set, without its content.
    pub struct ChangedDocument {
        /// Its path.
        pub path: String,
        /// The name of its version.
        pub version: String,
        /// SHA-256 of its content, in hex; empty when it was deleted.
        pub digest: String,
        /// Whether it was deleted.
        pub deleted: bool,
    }

    /// A change set and the position of the answer.
    pub struct ChangeAnswer {
        /// The change set.
        pub change: Change,
        /// The log's position of the answer.
        pub token: String,
    }

    /// The change set that was released.
    pub struct Released {
        /// The change set after the release.
        pub change: Change,
        /// The log's position of the release.
        pub token: String,
        /// Whether the release changed anything.
        pub moved: bool,
        /// The rollouts that a forced release ended.
        pub ended_rollouts: Vec<String>,
    }

    /// The change set that was made.
    pub struct AppliedChange {
        /// The change set's name.
        pub change: String,
        /// SHA-256 over its ordered paths and contents, in hex.
        pub digest: String,
        /// The log's position of the write.
        pub token: String,
        /// Whether the change set is new.
        pub created: bool,
        /// Its documents, in the order given.
        pub documents: Vec<ChangedDocument>,
    }
}

/// Documents to write and delete as one change set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewChange {
    /// The label all documents are on; `main` when left out.
    pub label: Option<String>,
    /// The name that the change set, and its version of each document, gets; one is made when left
    /// out.
    pub version: Option<String>,
    /// A description for people.
    pub message: Option<String>,
    /// The author, as the caller says.
    pub author: Option<String>,
    /// Stores without releasing: readers keep what they have.
    pub stage_only: Option<bool>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
    /// The documents to write or delete, each path once; 10,000 at most.
    pub documents: Vec<NewDocument>,
}

/// One document of a change set: `content`, or `delete: true`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDocument {
    /// A name with an extension: `order-service-prod.yml`.
    pub path: String,
    /// Its new content.
    pub content: Option<String>,
    /// `application/yaml`, `application/json` or `text/x-java-properties`; that of the extension
    /// when left out.
    pub media_type: Option<String>,
    /// Deletes the document.
    pub delete: Option<bool>,
}
