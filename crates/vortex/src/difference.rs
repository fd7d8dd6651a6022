//! What differs between two texts: for people line by line, for programs as a JSON Patch.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use similar::TextDiff;
use vortex_spring::Format;

use crate::{console::Palette, error::Error};

/// After this long a shorter difference is no longer looked for, only a correct one.
const EFFORT: Duration = Duration::from_secs(2);

/// A unified difference in colour; empty when there is none.
pub(crate) fn unified(from: (&str, &str), to: (&str, &str), palette: Palette) -> String {
    let (from_name, from) = from;
    let (to_name, to) = to;
    let difference = TextDiff::configure().timeout(EFFORT).diff_lines(from, to);
    let unified = difference
        .unified_diff()
        .context_radius(3)
        .header(from_name, to_name)
        .to_string();
    let lines = unified.split_inclusive('\n').enumerate();
    lines
        .map(|(number, line)| paint(number, line, palette))
        .collect()
}

fn paint(number: usize, line: &str, palette: Palette) -> String {
    let text = line.strip_suffix('\n').unwrap_or(line);
    let painted = match text.as_bytes().first() {
        // the first two lines name the sides
        _ if number < 2 => palette.title(text),
        Some(b'+') => palette.added(text),
        Some(b'-') => palette.removed(text),
        Some(b'@') => palette.place(text),
        _ => text.to_owned(),
    };
    painted + &line[text.len()..]
}

/// The RFC 6902 operations that make `to` of `from`, over their parsed content.
pub(crate) fn patch(from: &Value, to: &Value) -> Result<Value, Error> {
    let patch = serde_json::to_value(json_patch::diff(from, to));
    patch.map_err(|error| Error::Setup(error.to_string()))
}

/// Makes what `patch` says of a value; `None` when it does not fit.
pub(crate) fn apply(value: &mut Value, patch: &Value) -> Option<()> {
    let patch = json_patch::Patch::deserialize(patch).ok()?;
    json_patch::patch(value, &patch).ok()
}

/// A document's content as one value; of several documents in a file the later is higher, all
/// taken as active.
///
/// Fails with the place of what can't be parsed.
pub(crate) fn parse(name: &str, format: Format, content: &[u8]) -> Result<Value, Error> {
    let file = vortex_spring::parse(format, content).map_err(|error| Error::Input {
        code: "DOCUMENT_MALFORMED",
        detail: format!("{name}: {error}"),
    })?;
    let trees = file.documents.iter().rev().map(|document| &document.tree);
    Ok(vortex_spring::effective(trees))
}
