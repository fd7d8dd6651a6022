//! Parses bytes into a file.

use crate::document::File;
use crate::error::ParseError;
use crate::format::Format;
use crate::limits::Allowance;
use crate::{json, properties, yaml};

/// Reads a configuration file as Spring's server would.
///
/// Takes time and memory in proportion to the text and never panics; what a
/// file may hold is bounded (100,000 values with aliases followed and the gaps
/// of lists counted, 1,000 documents, 64 levels, 16 MiB of flat keys and
/// values).
///
/// # Errors
/// The first fault with its line and column.
pub fn parse(format: Format, bytes: &[u8]) -> Result<File, ParseError> {
    parse_within(format, bytes, Allowance::whole())
}

/// As [`parse`], with less, or until nobody waits any more.
///
/// # Errors
/// As those of [`parse`], and beyond the allowance.
pub fn parse_within(
    format: Format,
    bytes: &[u8],
    allowance: Allowance<'_>,
) -> Result<File, ParseError> {
    match format {
        Format::Yaml => yaml::parse(bytes, allowance),
        Format::Properties => properties::parse(bytes, allowance),
        Format::Json => json::parse(bytes, allowance),
    }
}
