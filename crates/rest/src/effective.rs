//! The effective configurations of applications.

use crate::{Assignment, Json, Unit, answer::answers, name::names};

answers! {
    /// An effective configuration.
    pub struct Effective {
        /// The application.
        pub app: String,
        /// The profiles; the last takes precedence.
        pub profiles: Vec<String>,
        /// The label.
        pub label: String,
        /// The configuration; numbers of any size are kept.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        pub config: Json,
        /// The version: if one document takes part, that document's; else the most specific
        /// document's, `+`, and eight hex digits over all that take part.
        pub version: String,
        /// SHA-256 of the configuration, in hex.
        pub digest: String,
        /// The log's position of the answer.
        pub token: String,
        /// The documents that took part, highest precedence first.
        pub sources: Vec<ContributingSource>,
        /// How current the label's source is; absent for labels without one.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub source_age: Option<SourceAge>,
        /// The splits that concern the configuration, by id, with the arm that each gave.
        pub assignments: Vec<Assignment>,
        /// The unit of the first of them; null without any.
        pub unit: Option<Unit>,
        /// Where the reader's key of that unit was taken from; null without any.
        pub key_from: Option<KeyFrom>,
    }

    /// A document or an override that took part.
    pub struct ContributingSource {
        /// Its path; `overrides/APP-PROFILE` for an override.
        pub path: String,
        /// Its version, or the override's id.
        pub version: String,
    }

    /// How current a label fed by a source is.
    pub struct SourceAge {
        /// The source's name.
        pub source: String,
        /// When the source was last known to be read as a whole.
        pub last_success: Option<String>,
    }
}

names! {
    /// The part of the request that a reader's instance or key was taken from.
    pub enum KeyFrom {
        /// `X-Vortex-Instance`.
        Instance = "instance",
        /// The user of Basic credentials.
        BasicUser = "basic_user",
        /// The client's address.
        Address = "address",
        /// `X-Vortex-Key`.
        KeyHeader = "key_header",
        /// `?instance=` or `?key=`.
        Query = "query",
        /// The request has none.
        None = "none",
    }
}
