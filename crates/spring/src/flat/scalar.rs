//! Scalars of the flat forms, with their placeholders.

use std::borrow::Cow;

use serde_json::Value;

use super::{FlatSource, Lookup};
use crate::placeholders::{self, Resolver};
use crate::yaml::reads_as_text;

/// Resolves all strings of a value, in place.
pub(super) fn resolve_strings(
    value: &mut Value,
    resolver: &mut Resolver<'_, '_>,
) -> Result<(), placeholders::Error> {
    match value {
        Value::String(text) if text.contains("${") => *text = resolver.text(text)?,
        Value::Array(items) => {
            for item in items {
                resolve_strings(item, resolver)?;
            }
        }
        Value::Object(map) => {
            for item in map.values_mut() {
                resolve_strings(item, resolver)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Writes scalars of the YAML form.
pub(super) struct Scalars<'a> {
    lookup: Option<Lookup<'a>>,
}

impl<'a> Scalars<'a> {
    pub(super) fn new(sources: &[FlatSource<'a>], resolve_placeholders: bool) -> Self {
        Self {
            lookup: resolve_placeholders.then(|| Lookup::new(sources)),
        }
    }

    /// A string as a scalar of YAML.
    ///
    /// Spring resolves placeholders in the text it has written: where the
    /// string needs no quotes before, what it resolves to has none either and
    /// so the type it looks like.
    pub(super) fn string(&self, text: &str) -> Result<String, placeholders::Error> {
        let Some(lookup) = self.lookup.as_ref().filter(|_| text.contains("${")) else {
            return Ok(quoted(text).into_owned());
        };
        let resolved = placeholders::resolve(text, |key| lookup.get(key))?;
        let keeps_its_look = is_plain(text) && reads_as_text(text);
        if keeps_its_look && stands_unquoted(&resolved) {
            return Ok(resolved);
        }
        Ok(quoted(&resolved).into_owned())
    }
}

/// Whether a text can stand without quotes: plain, or null, or a flow
/// collection (`${tags:[a, b]}`).
fn stands_unquoted(text: &str) -> bool {
    let is_flow = || text.starts_with(['[', '{']) && text.chars().all(is_printable);
    text.is_empty() || is_plain(text) || is_flow() && is_collection(text)
}

fn is_collection(text: &str) -> bool {
    let parsed = crate::parse(crate::Format::Yaml, text.as_bytes());
    parsed.is_ok_and(|file| file.documents.len() <= 1)
}

/// A string so that every reader of YAML takes it for this string.
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    match text {
        // What stands in JSON for numbers that it does not have.
        "Infinity" => ".inf".into(),
        "-Infinity" => "-.inf".into(),
        "NaN" => ".nan".into(),
        _ if is_plain(text) && reads_as_text(text) => text.into(),
        _ if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "''")).into(),
        _ => double_quoted(text).into(),
    }
}

/// Whether a text can stand without quotes in a block collection.
fn is_plain(text: &str) -> bool {
    let begins_plainly = match text.as_bytes() {
        [] => false,
        [b'-' | b'?' | b':', next, ..] => !matches!(next, b' '),
        [b'-' | b'?' | b':'] => false,
        [first, ..] => !b",[]{}#&*!|>'\"%@` ".contains(first),
    };
    begins_plainly
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_printable)
}

/// Printable on one line.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}
