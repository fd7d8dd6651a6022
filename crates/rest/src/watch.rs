//! Events of a watched configuration. A snapshot is an [`Effective`](crate::Effective).

use crate::{Assignment, ContributingSource, Json, answer::answers};

answers! {
    /// What turns one configuration into the next: the data of the event `change`.
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
        /// The documents that take part, highest precedence first.
        pub sources: Vec<ContributingSource>,
        /// The splits that concern the configuration, by id, with the arm that each gave.
        pub assignments: Vec<Assignment>,
    }
}
