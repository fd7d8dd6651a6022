//! Events of a watched configuration. A snapshot is an [`Effective`](crate::Effective).

use crate::{Assignment, ContributingSource, Json, answer::answers};

answers! {
    /// What makes one configuration of the one before: the data of the event `change`.
    pub struct ConfigChange {
        /// The version before.
        pub old_version: String,
        /// The version after.
        pub new_version: String,
        /// RFC 6902 operations.
        #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
        pub patch: Json,
        /// SHA-256 of the configuration after, in hex.
        pub digest: String,
        /// The log's position of the change.
        pub token: String,
        /// The documents that took part, highest first.
        pub sources: Vec<ContributingSource>,
        /// The splits that concern the configuration, by id, and the arm each gave.
        pub assignments: Vec<Assignment>,
    }
}
