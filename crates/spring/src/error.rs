//! Why a file cannot be read, and where.

use vortex_names::Excerpt;

use crate::document::Origin;

/// A file that cannot be read, with the place of the fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct ParseError {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong there.
    pub kind: ErrorKind,
}

impl ParseError {
    pub(crate) fn new(kind: ErrorKind, at: Origin) -> Self {
        Self {
            line: at.line,
            // A properties file has places before the first column.
            column: at.column.max(1),
            kind,
        }
    }

    /// Whether the file may be read with a larger allowance.
    pub fn is_of_allowance(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::AliasBomb { .. } | ErrorKind::TooManyKeys { .. }
        )
    }
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not the text they should be (UTF-8, or UTF-16 with its mark).
    #[error("the text is not valid {0}")]
    InvalidEncoding(&'static str),
    /// YAML allows no such character, not even in quotes.
    #[error("the character U+{:04X} is not allowed", u32::from(*.0))]
    ForbiddenCharacter(char),
    /// The text does not follow the grammar of its format.
    #[error("{0}")]
    Syntax(String),
    /// A mapping has a key twice.
    #[error("the key {:?} is there twice", Excerpt::of(.0))]
    DuplicateKey(String),
    /// A key is null.
    #[error("a key must not be null")]
    NullKey,
    /// `*name` without an `&name` before it, or inside the very value it names.
    #[error("the alias names no finished anchor")]
    UnknownAlias,
    /// Following the aliases would give more values than a file may have.
    #[error("following its aliases, the file has more than {limit} values or too much text")]
    AliasBomb {
        /// How many values there may be.
        limit: usize,
    },
    /// Collections or dotted keys nest too deep.
    #[error("values nest deeper than {limit} levels")]
    TooDeep {
        /// How many levels there may be.
        limit: usize,
    },
    /// There are too many values, or their flat keys take too much text.
    #[error("the file has more than {limit} values or too much text in its keys")]
    TooManyKeys {
        /// How many values there may be.
        limit: usize,
    },
    /// There are too many documents.
    #[error("the file has more than {limit} documents")]
    TooManyDocuments {
        /// How many documents there may be.
        limit: usize,
    },
    /// A tag that is not one of YAML's own, or not for such a value.
    #[error("the tag {:?} is not supported here", Excerpt::of(.0))]
    UnsupportedTag(String),
    /// A scalar that is not what its tag says.
    #[error("{:?} is not a value of type {tag}", Excerpt::of(text))]
    NotOfType {
        /// The short name of the tag, as in `!!int`.
        tag: &'static str,
        /// The scalar as written.
        text: String,
    },
    /// `<<` with something else than mappings.
    #[error("only a mapping or a list of mappings can be merged by \"<<\"")]
    NotMergeable,
    /// A `\u` escape without four hexadecimal digits.
    #[error("an escape \\u needs four hexadecimal digits")]
    BadEscape,
    /// A profile expression that cannot be understood.
    #[error("{:?} is not a profile expression", Excerpt::of(.0))]
    BadProfileExpression(String),
    /// A document of JSON that is not an object.
    #[error("the document must be a JSON object")]
    NotAnObject,
    /// Whoever asked no longer waits, so it was not read to its end.
    #[error("the file was not read to its end, because the caller no longer waits for it")]
    GivenUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_holds_is_shown_short() {
        let long = || "x".repeat(100_000);
        for kind in [
            ErrorKind::DuplicateKey(long()),
            ErrorKind::UnsupportedTag(long()),
            ErrorKind::NotOfType {
                tag: "!!int",
                text: long(),
            },
            ErrorKind::BadProfileExpression(long()),
        ] {
            let shown = kind.to_string();
            assert!(shown.len() < 256, "{shown}");
            assert!(shown.contains("xxx\"… (100000 bytes)"), "{shown}");
        }
    }
}
