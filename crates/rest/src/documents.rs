//! Documents of applications and profiles, and their versions.

use crate::{ChangeState, Json, answer::answers};

answers! {
    /// A page of documents, by label and path.
    pub struct Documents {
        /// The documents.
        pub documents: Vec<Document>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// A document without its content.
    pub struct Document {
        /// The label it is on.
        pub label: String,
        /// Its path.
        pub path: String,
        /// The application it was written for, or that its name says; absent for files of a source.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub app: String,
        /// The profile it was written for, or that its name says; absent for files of a source.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub profile: String,
        /// `application/yaml`, `application/json` or `text/x-java-properties`.
        pub media_type: String,
        /// The stable version; empty if there is none.
        pub version: String,
        /// SHA-256 of the stable content, in hex.
        pub digest: String,
        /// The size of the stable content in bytes.
        pub size: u64,
        /// When the stable version was written.
        pub written_at: Option<String>,
        /// Why the document can't be served; absent if it can.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub defect: String,
        /// The number of versions kept.
        pub versions: u32,
    }

    /// A page of versions, newest first.
    pub struct Versions {
        /// The versions.
        pub versions: Vec<Version>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
    }

    /// One version of a document.
    pub struct Version {
        /// Its name: that of the change set that wrote it.
        pub version: String,
        /// SHA-256 of the content, in hex; empty for a deletion.
        pub digest: String,
        /// The size of the content in bytes.
        pub size: u64,
        /// Whether the version is a deletion.
        pub deleted: bool,
        /// Whether the version is the stable one.
        pub stable: bool,
        /// The state of its change set.
        pub state: ChangeState,
        /// The rollout of it that was rolled back; empty unless it is `rolled_back`.
        pub rolled_back_by: String,
        /// When it was written.
        pub written_at: Option<String>,
        /// The author, as the caller said.
        pub author: String,
        /// The authenticated caller.
        pub principal: String,
        /// The description, for people.
        pub message: String,
        /// The log's position at which it was written.
        pub sequence: u64,
        /// When it became stable last; null when it never did, or did so before this was written
        /// down.
        pub released_at: Option<String>,
        /// The authenticated caller that made it stable then.
        pub released_by: String,
        /// Who made it stable then, as the caller said.
        pub release_author: String,
        /// The rollout that made it stable then; empty when it was none.
        pub rollout: String,
    }

    /// The version that was written.
    pub struct Written {
        /// The application.
        pub app: String,
        /// The profile.
        pub profile: String,
        /// The label.
        pub label: String,
        /// The path under which the document is stored.
        pub path: String,
        /// The version that was written.
        pub version: String,
        /// SHA-256 of the content, in hex.
        pub digest: String,
        /// The log's position of the write: a read with this `min_token` sees it.
        pub token: String,
        /// Whether the version is new.
        pub created: bool,
    }

    /// The deletion that was written.
    pub struct Deleted {
        /// The application.
        pub app: String,
        /// The profile.
        pub profile: String,
        /// The label.
        pub label: String,
        /// The name of the version that is the deletion.
        pub version: String,
        /// The log's position of the deletion.
        pub token: String,
    }

    /// The differences between two versions.
    pub struct Diff {
        /// The older side.
        pub from: String,
        /// The newer side.
        pub to: String,
        /// RFC 6902 operations that turn the older side into the newer.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
        pub patch: Json,
        /// The older side as it was written.
        pub from_content: String,
        /// The newer side as it was written.
        pub to_content: String,
    }
}
