//! Change sets: documents that change together.

use serde::{Deserialize, Serialize};

use crate::{answer::answers, name::names};

names! {
    /// Where a change set stands.
    pub enum ChangeState {
        /// Stored, and not what readers get.
        Staged = "staged",
        /// Made stable at least once.
        Released = "released",
        /// Given up before it was released.
        Discarded = "discarded",
        /// Taken back from those who got it; only force brings it back.
        RolledBack = "rolled_back",
    }
}

answers! {
    /// A page of change sets, newest first.
    pub struct Changes {
        /// The change sets.
        pub changes: Vec<Change>,
        /// Where the next page begins; empty at the end.
        pub next_page_token: String,
    }

    /// A change set.
    pub struct Change {
        /// Its name.
        pub change: String,
        /// The label it is on.
        pub label: String,
        /// Where it stands.
        pub state: ChangeState,
        /// The rollout that was rolled back with it; empty unless it is `rolled_back`.
        pub rolled_back_by: String,
        /// SHA-256 over its ordered paths and contents, in hex.
        pub digest: String,
        /// Who made it, as the caller said.
        pub author: String,
        /// The authenticated caller.
        pub principal: String,
        /// Why, for people.
        pub message: String,
        /// When it was written.
        pub written_at: Option<String>,
        /// The log's position at which it was written.
        pub sequence: u64,
        /// Its documents; in lists the first 100.
        pub documents: Vec<ChangedDocument>,
        /// How many documents it has.
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

    /// What a release did.
    pub struct Released {
        /// The change set as it stands now.
        pub change: Change,
        /// The log's position of the release.
        pub token: String,
        /// Whether anything moved.
        pub moved: bool,
    }

    /// What making a change set did.
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

/// A change set to be made.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewChange {
    /// The label all documents are on; `main` when left out.
    pub label: Option<String>,
    /// The name the change set takes in all its documents; one is made when left out.
    pub version: Option<String>,
    /// Why, for people.
    pub message: Option<String>,
    /// Who made it, as the caller says.
    pub author: Option<String>,
    /// Stores without releasing: readers keep what they have.
    pub stage_only: Option<bool>,
    /// As the header `Idempotency-Key`.
    pub request_id: Option<String>,
    /// What is written and deleted, each path once; 10,000 at most.
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
    /// Takes it away.
    pub delete: Option<bool>,
}
