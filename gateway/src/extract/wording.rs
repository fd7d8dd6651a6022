//! Says in the words of the API what a parser found wrong with a request. Parsers name the types of
//! the program, which no caller knows.

use vortex_kit::error::Fault;
use vortex_names::Excerpt;

/// The furthest that a name may be from one that it was meant to be, in edits.
const NEAR: usize = 2;

/// The fault for what a parser says of the value at `place`: a field's path or a parameter's name,
/// or `whole` for all of it.
pub(crate) fn fault(place: &str, whole: &str, said: &str) -> Fault {
    let inside = if place == whole { "" } else { place };
    let wrong = Wrong::read(said);
    let field = match wrong.name {
        None => place.to_owned(),
        Some(name) if ends_with(inside, name) => inside.to_owned(),
        Some(name) if inside.is_empty() => Excerpt::of(name).to_string(),
        Some(name) => format!("{inside}.{}", Excerpt::of(name)),
    };
    Fault::invalid(field, wrong.detail)
}

/// Whether the last part of a path is this name.
fn ends_with(path: &str, name: &str) -> bool {
    let before = path.strip_suffix(name);
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// What is wrong.
#[derive(Debug)]
struct Wrong<'a> {
    /// The member or parameter that it is about, when that is not the one that was read.
    name: Option<&'a str>,
    detail: String,
}

impl<'a> Wrong<'a> {
    fn read(said: &'a str) -> Self {
        let about = |text: &'a str| text.split_once('`');
        let of = |name, detail| Self { name, detail };
        if let Some((name, _)) = said.strip_prefix("missing field `").and_then(about) {
            return of(Some(name), "is missing".to_owned());
        }
        if let Some((name, _)) = said.strip_prefix("duplicate field `").and_then(about) {
            return of(Some(name), "is given twice".to_owned());
        }
        if let Some(rest) = said.strip_prefix("unknown field `") {
            let (name, known) = split_known(rest);
            return of(Some(name), unknown(name, &known));
        }
        of(None, detail(said))
    }
}

/// The unknown name, and those that are known. It may itself hold what the parser puts around it.
fn split_known(rest: &str) -> (&str, Vec<&str>) {
    let end = rest
        .rfind("`, expected ")
        .or_else(|| rest.rfind("`, there are no "));
    let (name, known) = rest.split_at(end.unwrap_or(rest.len()));
    let known = known.get(1..).unwrap_or_default();
    (name, known.split('`').skip(1).step_by(2).collect())
}

fn unknown(name: &str, known: &[&str]) -> String {
    if let Some(meant) = nearest(name, known) {
        return format!("is not known here; did you mean {meant}?");
    }
    match known {
        [] => "is not known here, nor is anything else".to_owned(),
        known => format!("is not known here; known are {}", known.join(", ")),
    }
}

fn detail(said: &str) -> String {
    if let Some(rest) = said.strip_prefix("unknown variant `") {
        let (name, known) = split_known(rest);
        return match known.as_slice() {
            [only] => format!("must be {only}, not {:?}", Excerpt::of(name)),
            many => format!(
                "must be one of {}, not {:?}",
                many.join(", "),
                Excerpt::of(name)
            ),
        };
    }
    for kind in ["invalid type: ", "invalid value: "] {
        let parts = said.strip_prefix(kind);
        if let Some((given, wanted)) = parts.and_then(|said| said.rsplit_once(", expected ")) {
            return format!(
                "must be {}, not {}",
                wanted_in_words(wanted),
                given_in_words(given)
            );
        }
    }
    let length = said.strip_prefix("invalid length ");
    if let Some((length, wanted)) = length.and_then(|said| said.split_once(", expected ")) {
        let wanted = wanted_in_words(wanted);
        return format!("must be {wanted}, not a list of {length}");
    }
    match said {
        // of a name that is no text
        "expected value" => "must be a name in quotes".to_owned(),
        _ => said.to_owned(),
    }
}

/// What would be right.
fn wanted_in_words(wanted: &str) -> &str {
    match wanted {
        "a boolean" => "true or false",
        "f32" | "f64" | "a float" | "floating point number" => "a number",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number that is not negative",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a string" | "a borrowed string" | "str" => "a text",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if wanted.starts_with("struct ") => "an object",
        _ if wanted.starts_with("a tuple") => "a list",
        _ => wanted,
    }
}

/// What was given, as it stands in the request.
fn given_in_words(given: &str) -> String {
    let quoted = |kind: &str| {
        let inner = given.strip_prefix(kind)?.strip_prefix('`')?;
        Some(inner.strip_suffix('`')?.to_owned())
    };
    let plain = ["boolean ", "integer ", "floating point ", "character "];
    if let Some(value) = plain.into_iter().find_map(quoted) {
        return value;
    }
    match given {
        "sequence" => "a list".to_owned(),
        "map" => "an object".to_owned(),
        "number" => "a number".to_owned(),
        "null" | "unit value" | "Option value" => "null".to_owned(),
        _ => Excerpt::of(given.strip_prefix("string ").unwrap_or(given)).to_string(),
    }
}

/// The known name that differs least, if it differs by little.
fn nearest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    // no known name is longer
    if name.len() > 64 {
        return None;
    }
    let scored = known.iter().map(|other| (edits(name, other), *other));
    let (distance, best) = scored.min()?;
    // of a short name little would be left
    (distance <= NEAR.min(name.len() / 2)).then_some(best)
}

/// How many bytes have to be inserted, removed or replaced to make `to` of `from` (Levenshtein).
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, one) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (left, other) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(one != other);
            diagonal = row[left + 1];
            row[left + 1] = replaced.min(row[left] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(place: &str, said: &str) -> String {
        fault(place, "body", said).message().to_owned()
    }

    #[test]
    fn what_is_unknown_missing_or_doubled_is_named_with_its_place() {
        for (place, said, expected) in [
            (
                "documents[1].paht",
                "unknown field `paht`, expected one of `path`, `content`",
                "documents[1].paht: is not known here; did you mean path?",
            ),
            (
                "body",
                "unknown field `x`, expected `path` or `content`",
                "x: is not known here; known are path, content",
            ),
            (
                "body",
                "unknown field `x`, there are no fields",
                "x: is not known here, nor is anything else",
            ),
            (
                "documents[0]",
                "missing field `path`",
                "documents[0].path: is missing",
            ),
            ("body", "duplicate field `label`", "label: is given twice"),
        ] {
            assert_eq!(told(place, said), expected);
        }
    }

    #[test]
    fn what_would_be_right_is_said_in_no_programs_words() {
        for (said, expected) in [
            (
                "invalid type: string \"x\", expected f64",
                "must be a number, not \"x\"",
            ),
            (
                "invalid type: sequence, expected struct Body",
                "must be an object, not a list",
            ),
            (
                "invalid length 1, expected struct Body with 7 elements",
                "must be an object, not a list of 1",
            ),
            (
                "invalid type: map, expected a string",
                "must be a text, not an object",
            ),
            (
                "invalid type: null, expected a boolean",
                "must be true or false, not null",
            ),
            (
                "invalid value: integer `-1`, expected u32",
                "must be a whole number from 0 to 4294967295, not -1",
            ),
            (
                "unknown variant `x`, expected one of `staged`, `released`",
                "must be one of staged, released, not \"x\"",
            ),
        ] {
            assert_eq!(told("a", said), format!("a: {expected}"));
        }
    }

    #[test]
    fn a_name_from_outside_is_shown_short() {
        let long = "x".repeat(100_000);
        assert!(told("body", &format!("unknown field `{long}`, expected `a`")).len() < 500);
        let said = format!("invalid type: string {long:?}, expected f64");
        assert!(told("a", &said).len() < 500);
    }

    #[test]
    fn edits_are_counted() {
        for (from, to, count) in [
            ("", "ab", 2),
            ("forse", "force", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(edits(from, to), count, "{from} {to}");
        }
    }
}
