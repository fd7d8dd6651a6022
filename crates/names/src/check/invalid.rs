//! Why a name is refused.

/// Why a name is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// The name is empty.
    #[error("{what} must not be empty")]
    Empty {
        /// The field.
        what: &'static str,
    },
    /// The name is too long.
    #[error("{what} has {bytes} bytes, at most {limit} are allowed")]
    TooLong {
        /// The field.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The most bytes allowed.
        limit: usize,
    },
    /// The name has a character or part that is not allowed.
    #[error("{what} {given:?} is not valid: {rule}")]
    Malformed {
        /// The field.
        what: &'static str,
        /// The given name.
        given: String,
        /// The rule for valid names.
        rule: &'static str,
    },
    /// The name is reserved for our own routes.
    #[error("{what} {given:?} is reserved")]
    Reserved {
        /// The field.
        what: &'static str,
        /// The given name.
        given: String,
    },
}

impl InvalidName {
    /// The name of the invalid field in requests.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Empty { what }
            | Self::TooLong { what, .. }
            | Self::Malformed { what, .. }
            | Self::Reserved { what, .. } => what,
        }
    }
}
