//! Errors.

use crate::answer::answers;

answers! {
    /// An error (RFC 9457). Further members depend on the code: `line`, `column`, `path`, …
    pub struct Problem {
        /// A URI that stands for the code.
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
        /// The fields that are not valid.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub errors: Option<Vec<FieldViolation>>,
    }

    /// A field of the request that is not valid.
    pub struct FieldViolation {
        /// Its path: `documents[2].path`.
        pub field: String,
        /// What is wrong with it.
        pub detail: String,
    }
}
