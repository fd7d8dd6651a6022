//! What an application gets, merged.

use crate::{Assignment, Json, Unit, answer::answers, name::names};

answers! {
    /// An effective configuration.
    pub struct Effective {
        /// The application.
        pub app: String,
        /// Its profiles, the last highest.
        pub profiles: Vec<String>,
        /// The label.
        pub label: String,
        /// The configuration; numbers of any size are kept.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        pub config: Json,
        /// The document's version when one takes part, else the most specific document's, `+`, and
        /// eight hex digits over what takes part.
        pub version: String,
        /// SHA-256 of the configuration, in hex.
        pub digest: String,
        /// The log's position of the answer.
        pub token: String,
        /// The documents that took part, highest first.
        pub sources: Vec<ContributingSource>,
        /// How current the label is; absent for labels without a source.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub source_age: Option<SourceAge>,
        /// The splits that concern the configuration, by id, and the arm each gave.
        pub assignments: Vec<Assignment>,
        /// What the first of them tells apart; null without any.
        pub unit: Option<Unit>,
        /// Where that was taken from; null without any.
        pub key_from: Option<KeyFrom>,
    }

    /// A document that took part.
    pub struct ContributingSource {
        /// Its path.
        pub path: String,
        /// Its version.
        pub version: String,
    }

    /// How current a label fed by a source is.
    pub struct SourceAge {
        /// The source's name.
        pub source: String,
        /// When the source was last known to be read whole.
        pub last_success: Option<String>,
    }
}

names! {
    /// Where a reader's instance or key was taken from.
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
        /// There is none.
        None = "none",
    }
}
