//! Scalars of the flat forms, with their placeholders.

use std::borrow::Cow;

use crate::budget::{Budget, Spent};
use crate::placeholders::{Error, Resolver};
use crate::yaml::reads_as_text;

/// The weight of a flow collection's text, since parsing takes longer than copying.
const PARSED: usize = 16;

/// Writes scalars of the YAML form, and all other text of it.
pub(super) struct Scalars<'s, 'l, 'a, 'b> {
    resolver: Option<Resolver<'l, 'a>>,
    budget: &'s mut Budget<'b>,
    text: String,
}

impl<'s, 'l, 'a, 'b> Scalars<'s, 'l, 'a, 'b> {
    pub(super) fn new(resolver: Option<Resolver<'l, 'a>>, budget: &'s mut Budget<'b>) -> Self {
        Self {
            resolver,
            budget,
            text: String::new(),
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Text as it is.
    pub(super) fn raw(&mut self, text: &str) -> Result<(), Spent> {
        self.budget.write(text.len())?;
        self.text.push_str(text);
        Ok(())
    }

    pub(super) fn indent(&mut self, indent: usize) -> Result<(), Spent> {
        self.budget.write(indent)?;
        self.text.extend(std::iter::repeat_n(' ', indent));
        Ok(())
    }

    /// A text as a scalar that every reader takes for this text, to be written.
    pub(super) fn quoted<'t>(&mut self, text: &'t str) -> Result<Cow<'t, str>, Spent> {
        self.budget.step(text.len())?;
        let most = self.budget.room();
        quoted(text, most).ok_or_else(|| self.budget.no_room())
    }

    fn plain(&mut self, text: &str) -> Result<(), Spent> {
        let quoted = self.quoted(text)?;
        self.raw(&quoted)
    }

    /// A string as a scalar of YAML.
    ///
    /// Spring resolves placeholders in the text it has written: where the
    /// string needs no quotes before, what it resolves to has none either and
    /// so the type it looks like.
    pub(super) fn string(&mut self, text: &str) -> Result<(), Error> {
        let Some(resolver) = self.resolver.as_mut().filter(|_| text.contains("${")) else {
            return Ok(self.plain(text)?);
        };
        let resolved = resolver.text(text, self.budget)?;
        let keeps_its_look = is_plain(text) && reads_as_text(text);
        if keeps_its_look && self.stands_unquoted(&resolved)? {
            return Ok(self.raw(&resolved)?);
        }
        Ok(self.plain(&resolved)?)
    }

    /// Whether a text can stand without quotes: plain, or null, or a flow
    /// collection (`${tags:[a, b]}`).
    fn stands_unquoted(&mut self, text: &str) -> Result<bool, Spent> {
        if text.is_empty() || is_plain(text) {
            return Ok(true);
        }
        if !text.starts_with(['[', '{']) || !text.chars().all(is_printable) {
            return Ok(false);
        }
        self.budget.resolve(PARSED * text.len())?;
        Ok(is_collection(text))
    }
}

fn is_collection(text: &str) -> bool {
    let parsed = crate::parse(crate::Format::Yaml, text.as_bytes());
    parsed.is_ok_and(|file| file.documents.len() <= 1)
}

/// A string so that every reader of YAML takes it for this string; none where
/// that takes more than `most` bytes.
fn quoted(text: &str, most: usize) -> Option<Cow<'_, str>> {
    Some(match text {
        // What stands in JSON for numbers that it does not have.
        "Infinity" => ".inf".into(),
        "-Infinity" => "-.inf".into(),
        "NaN" => ".nan".into(),
        _ if is_plain(text) && reads_as_text(text) => text.into(),
        _ if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "''")).into(),
        _ => double_quoted(text, most)?.into(),
    })
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

fn double_quoted(text: &str, most: usize) -> Option<String> {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if quoted.len() > most {
            return None;
        }
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
    Some(quoted)
}
