//! Who did what, and who was refused what.

use crate::{TimelineEntry, answer::answers};

answers! {
    /// A page of the audit, newest first. It may have fewer entries than were asked for and not be
    /// the last one.
    pub struct Audit {
        /// What happened, and what was refused.
        pub entries: Vec<AuditEntry>,
        /// The token of the next page; empty on the last one.
        pub next_page_token: String,
        /// The services that did not answer, whose part is missing: `rollout-svc`, or none.
        pub incomplete: Vec<String>,
    }

    /// A deed, or a refusal: either `done` or `denied` is there.
    pub struct AuditEntry {
        /// When it happened, or was refused first.
        pub time: Option<String>,
        /// Who called, as far as that is known: `key:ci`, `anonymous`.
        pub principal: String,
        /// What was done, as the timeline tells it.
        pub done: Option<TimelineEntry>,
        /// What was refused.
        pub denied: Option<Denial>,
    }

    /// Calls that were refused for who made them, and differ in nothing but their time; within ten
    /// minutes they are one.
    pub struct Denial {
        /// Why: `denied`, `no_credentials`, `malformed`, `unknown`, `wrong`, `expired`, `revoked`,
        /// `no_provider`, or, of tokens, what begins with `token_`.
        #[cfg_attr(feature = "openapi", schema(example = "denied"))]
        pub reason: String,
        /// The id of the key that was shown last; empty where none was.
        pub key_id: String,
        /// The address they came from; empty within a process.
        pub address: String,
        /// What was called: a method of gRPC, or a route.
        #[cfg_attr(feature = "openapi", schema(example = "vortex.config.v1.ConfigService/PutDocument"))]
        pub call: String,
        /// The role that is missing; empty where it is not known who they are.
        #[cfg_attr(feature = "openapi", schema(example = "writer"))]
        pub role: String,
        /// The scope that is missing; empty where any would do, or it is not known who they are.
        #[cfg_attr(feature = "openapi", schema(example = "main:orders/prod"))]
        pub scope: String,
        /// How many calls.
        pub count: u64,
        /// When the last was refused.
        pub last_at: Option<String>,
    }
}
