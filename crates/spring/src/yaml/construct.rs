//! Converts tagged scalars to values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use saphyr_parser::Tag;

use super::float;
use super::integer;
use super::scalar::{MERGE, Scalar};
use crate::error::ErrorKind;

const YAML: &str = "tag:yaml.org,2002:";

/// The full name of a tag; none for the non-specific `!`, which says nothing.
pub(super) fn tag_name(tag: &Tag) -> Option<String> {
    let name = [tag.handle.as_str(), tag.suffix.as_str()].concat();
    (name != "!").then_some(name)
}

/// The short name of one of YAML's own tags: `str` for `!!str`.
pub(super) fn short_name(name: &str) -> Option<&str> {
    name.strip_prefix(YAML)
}

/// What a scalar means, by its tag if it has one, else by its text if it is
/// plain.
pub(super) fn scalar(text: &str, is_plain: bool, tag: Option<&Tag>) -> Result<Scalar, ErrorKind> {
    match tag.map(tag_name) {
        Some(Some(name)) => tagged(text, &name),
        // `! "12"` is 12 to SnakeYAML.
        Some(None) => untagged(text),
        None if is_plain => untagged(text),
        None => Ok(Scalar::Text(text.to_owned())),
    }
}

fn untagged(text: &str) -> Result<Scalar, ErrorKind> {
    if text == MERGE {
        return Err(ErrorKind::UnsupportedTag("!!merge".into()));
    }
    Scalar::resolve(text).ok_or_else(|| not_of("int", text))
}

fn tagged(text: &str, name: &str) -> Result<Scalar, ErrorKind> {
    match short_name(name) {
        // A time stays as it is written, with a tag as without.
        Some("str" | "timestamp") => Ok(Scalar::Text(text.to_owned())),
        Some("int") => integer::value(text)
            .map(Scalar::Integer)
            .ok_or_else(|| not_of("int", text)),
        Some("float") => float::value(text)
            .map(Scalar::Float)
            .ok_or_else(|| not_of("float", text)),
        Some("bool") => Ok(boolean(text)),
        Some("null") => Ok(Scalar::Null),
        Some("binary") => binary(text).ok_or_else(|| not_of("binary", text)),
        _ => Err(ErrorKind::UnsupportedTag(name.to_owned())),
    }
}

/// Anything that is not a boolean is null to SnakeYAML.
fn boolean(text: &str) -> Scalar {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "on" => Scalar::Bool(true),
        "no" | "false" | "off" => Scalar::Bool(false),
        _ => Scalar::Null,
    }
}

/// Bytes travel as base64 without blanks.
fn binary(text: &str) -> Option<Scalar> {
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(packed).ok()?;
    Some(Scalar::Text(STANDARD.encode(bytes)))
}

fn not_of(tag: &'static str, text: &str) -> ErrorKind {
    ErrorKind::NotOfType {
        tag,
        text: text.to_owned(),
    }
}
