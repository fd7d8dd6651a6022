//! Compares two texts: line by line for people, as a JSON Patch for programs.

use std::{fmt::Write, ops::Range};

use imara_diff::{Algorithm, Diff, Hunk, InternedInput, Token};
use serde::Deserialize;
use serde_json::Value;
use vortex_spring::Format;

use crate::{console::Palette, error::Error};

/// Lines around what differs.
const CONTEXT: u32 = 3;

/// A unified difference in colour; empty when there is none.
pub(crate) fn unified(from: (&str, &str), to: (&str, &str), palette: Palette) -> String {
    let (from_name, from) = from;
    let (to_name, to) = to;
    let input = InternedInput::new(from, to);
    let mut difference = Diff::compute(Algorithm::Histogram, &input);
    difference.postprocess_lines(&input);
    let mut unified = format!("--- {from_name}\n+++ {to_name}\n");
    let hunks: Vec<Hunk> = difference.hunks().collect();
    if hunks.is_empty() {
        return String::new();
    }
    for near in hunks.chunk_by(|one, next| next.before.start - one.before.end <= 2 * CONTEXT) {
        write_group(&mut unified, near, &input);
    }
    let lines = unified.split_inclusive('\n').enumerate();
    lines
        .map(|(number, line)| paint(number, line, palette))
        .collect()
}

/// Writes hunks that share their context, under one head.
fn write_group(unified: &mut String, hunks: &[Hunk], input: &InternedInput<&str>) {
    let ([first, ..], [.., last]) = (hunks, hunks) else {
        return;
    };
    let above = first.before.start.min(CONTEXT);
    let below = (input.before.len() as u32 - last.before.end).min(CONTEXT);
    let before = first.before.start - above..last.before.end + below;
    let after = first.after.start - above..last.after.end + below;
    let (old, new) = (place(&before), place(&after));
    // writing to a string cannot fail
    let _ = writeln!(unified, "@@ -{old} +{new} @@");
    let mut at = before.start;
    let lines = |lines: Range<u32>| lines.start as usize..lines.end as usize;
    let mut write = |sign, tokens: &[Token]| {
        for &token in tokens {
            let line = input.interner[token];
            let end = match line.ends_with('\n') {
                true => "",
                false => "\n\\ No newline at end of file\n",
            };
            let _ = write!(unified, "{sign}{line}{end}");
        }
    };
    for hunk in hunks {
        write(' ', &input.before[lines(at..hunk.before.start)]);
        write('-', &input.before[lines(hunk.before.clone())]);
        write('+', &input.after[lines(hunk.after.clone())]);
        at = hunk.before.end;
    }
    write(' ', &input.before[lines(at..before.end)]);
}

/// Lines as a hunk's head names them: the first and how many, which goes unsaid when it is one.
fn place(lines: &Range<u32>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(from: &str, to: &str) -> String {
        unified(("a", from), ("b", to), Palette::of_stderr(true))
    }

    #[test]
    fn what_is_near_shares_a_head_and_what_is_far_has_its_own() {
        let from: String = (1..=30).map(|line| format!("{line}\n")).collect();
        let to = from.replace("\n5\n", "\nfive\n").replace("\n9\n", "\n");
        let to = to.replace("\n25\n", "\n25\nand more\n");
        assert_eq!(
            plain(&from, &to),
            "--- a\n+++ b\n@@ -2,11 +2,10 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n 10\n 11\n 12\n\
             @@ -23,6 +22,7 @@\n 23\n 24\n 25\n+and more\n 26\n 27\n 28\n"
        );
        assert_eq!(plain(&from, &from), "");
    }

    #[test]
    fn a_missing_end_of_line_is_told() {
        assert_eq!(
            plain("one\n", "two"),
            "--- a\n+++ b\n@@ -1 +1 @@\n-one\n+two\n\\ No newline at end of file\n"
        );
        assert_eq!(plain("", "new\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+new\n");
    }
}
