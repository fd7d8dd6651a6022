//! Why a text is not a pattern.

use crate::{MAX_LABEL, MAX_NAME, MAX_PATTERN};

/// A text that is not a valid pattern. Shows at most the beginning of the part that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPattern {
    /// Longer than any pattern can be.
    #[error("the pattern has {bytes} bytes, at most {MAX_PATTERN} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Nothing where a part must stand.
    #[error("the {what} is empty: give a name, `*` or `**`")]
    Empty {
        /// `label`, `application` or `profile`.
        what: &'static str,
    },
    /// More than one `:`.
    #[error("there is more than one ':': expected [label:]application[/profile]")]
    Colons,
    /// More than one `/` behind the label.
    #[error("there is more than one '/' behind the label: expected [label:]application[/profile]")]
    Slashes,
    /// Something follows `**`.
    #[error("`**` stands for all that is left, nothing may follow it in the {what}")]
    AfterRest {
        /// `label` or `pattern`.
        what: &'static str,
    },
    /// `*` as a part of a name.
    #[error(
        "{given} is not valid in the {what}: `*` stands for a whole part, not for a part of a name"
    )]
    Star {
        /// `label`, `application` or `profile`.
        what: &'static str,
        /// The beginning of the part, quoted.
        given: String,
    },
    /// A name that no label, application or profile can have.
    #[error("{given} is not a valid {what}: {rule}")]
    Name {
        /// `label`, `application` or `profile`.
        what: &'static str,
        /// The beginning of the part, quoted.
        given: String,
        /// What is allowed.
        rule: &'static str,
    },
    /// A name that is longer than any.
    #[error("the {what} has {bytes} bytes, at most {} are allowed", limit(.what))]
    LongName {
        /// `label`, `application` or `profile`.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
}

fn limit(what: &str) -> usize {
    match what {
        "label" => MAX_LABEL,
        _ => MAX_NAME,
    }
}
