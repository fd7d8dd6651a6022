//! From bytes to a file.

use crate::document::File;
use crate::error::ParseError;
use crate::format::Format;
use crate::{json, properties, yaml};

/// Reads a configuration file as Spring's server would.
///
/// Takes time and memory in proportion to the text and never panics; what a
/// file may hold is bounded (100,000 values with aliases followed, 1,000
/// documents, 64 levels, 16 MiB of flat keys and values).
///
/// # Errors
/// The first fault with its line and column.
pub fn parse(format: Format, bytes: &[u8]) -> Result<File, ParseError> {
    match format {
        Format::Yaml => yaml::parse(bytes),
        Format::Properties => properties::parse(bytes),
        Format::Json => json::parse(bytes),
    }
}
