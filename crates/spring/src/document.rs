//! A configuration file after reading.

use std::fmt;

use serde_json::Value;

use crate::activation::Activation;

mod builder;
mod flatten;

pub(crate) use builder::Builder;
pub(crate) use flatten::document as flatten;

/// A file of configuration: its documents, in the order they are written.
///
/// Documents that say nothing (an empty file, only comments, `null`, `""`,
/// an empty list) are not among them, and not counted in their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct File {
    /// The documents; a later one has precedence over an earlier one.
    pub documents: Vec<Document>,
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its place among the file's documents, from 0.
    pub index: usize,
    /// Its flat properties, each key once, in the order they are written.
    pub properties: Vec<Property>,
    /// Its value for the effective configuration, always an object: dotted
    /// and indexed keys expanded, null and empty collections kept as values.
    pub tree: Value,
    /// When it applies.
    pub activation: Activation,
}

/// A flat property: `list[0].name`, its value and where that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The flat key, as Spring writes it.
    pub key: String,
    /// A string, boolean or number. Null and the empty list are `""`, as
    /// Spring has them; an infinite number is the string that Java writes,
    /// since JSON has none.
    pub value: Value,
    /// Where the value was written.
    pub origin: Origin,
}

/// A place in a file, written `line:column`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The line, from 1; 0 for a value without a place.
    pub line: u32,
    /// The column in characters, from 1; 0 for an empty value of a
    /// `.properties` file, as Spring has it.
    pub column: u32,
}

impl Origin {
    /// Of a value that is not written in the file as it is served.
    pub const NONE: Self = Self { line: 0, column: 0 };

    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// From a line counted from 1 and a column counted from 0.
    pub(crate) fn from_marker(line: usize, column: usize) -> Self {
        Self {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).map_or(u32::MAX, |column| column.saturating_add(1)),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
