//! Errors.

use crate::answer::answers;

answers! {
    /// An error (RFC 9457). More members say what the code needs: `line`, `column`, `path`, …
    pub struct Problem {
        /// A URI for the code.
        pub r#type: String,
        /// The code in words.
        pub title: String,
        /// The HTTP status.
        pub status: u16,
        /// The reason, for programs: `DOCUMENT_NOT_FOUND`.
        pub code: String,
        /// What went wrong, for people.
        pub detail: String,
        /// The id under which every process logs the request.
        pub request_id: String,
        /// The fields that broke a rule.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub errors: Option<Vec<FieldViolation>>,
    }

    /// A field of the request that broke a rule.
    pub struct FieldViolation {
        /// Its path: `documents[2].path`.
        pub field: String,
        /// What is wrong with it.
        pub detail: String,
    }
}
