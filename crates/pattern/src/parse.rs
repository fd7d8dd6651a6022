//! From text to pattern.

use std::str::FromStr;

use vortex_names::{Excerpt, is_reserved};

use crate::{
    InvalidPattern, MAX_LABEL, MAX_NAME, MAX_PATTERN, Pattern, labels::Labels, part::Part,
};

/// Bytes of a wrong part that an error shows.
const SHOWN: usize = 64;
const REST: &str = "**";

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(given: &str) -> Result<Self, InvalidPattern> {
        if given.len() > MAX_PATTERN {
            let bytes = given.len();
            return Err(InvalidPattern::TooLong { bytes });
        }
        let (labels, names) = match given.split_once(':') {
            Some((_, names)) if names.contains(':') => return Err(InvalidPattern::Colons),
            Some((labels, names)) => (parse_labels(labels)?, names),
            None => (Labels::all(), given),
        };
        let (app, profile) = parse_names(names)?;
        Ok(Self {
            labels,
            app,
            profile,
        })
    }
}

fn parse_names(given: &str) -> Result<(Part, Part), InvalidPattern> {
    let (app, profile) = match given.split_once('/') {
        Some((REST, _)) => return Err(InvalidPattern::AfterRest { what: "pattern" }),
        Some((_, profile)) if profile.contains('/') => return Err(InvalidPattern::Slashes),
        Some((app, profile)) => (app, profile),
        None => (given, REST),
    };
    Ok((
        part("application", app, check_app)?,
        part("profile", profile, check_profile)?,
    ))
}

fn parse_labels(given: &str) -> Result<Labels, InvalidPattern> {
    let what = "label";
    if given.len() > MAX_LABEL {
        let bytes = given.len();
        return Err(InvalidPattern::LongName { what, bytes });
    }
    let (given, rest) = match given.strip_suffix(REST) {
        Some("") => return Ok(Labels::all()),
        Some(before) if before.ends_with('/') => (&before[..before.len() - 1], true),
        _ => (given, false),
    };
    let parts = given.split('/').map(|name| match name {
        REST => Err(InvalidPattern::AfterRest { what }),
        _ => part(what, name, check_label_part),
    });
    let parts = parts.collect::<Result<_, _>>()?;
    Ok(Labels { parts, rest })
}

type Check = fn(&str) -> Option<&'static str>;

/// A part of an application's, profile's or label's pattern; `check` says what is wrong with a
/// name.
fn part(what: &'static str, given: &str, check: Check) -> Result<Part, InvalidPattern> {
    match given {
        "" => Err(InvalidPattern::Empty { what }),
        "*" => Ok(Part::Any),
        REST if what != "label" => Ok(Part::Any),
        name if name.contains('*') => Err(InvalidPattern::Star {
            what,
            given: quoted(name),
        }),
        name => match check(name) {
            Some(rule) => Err(InvalidPattern::Name {
                what,
                given: quoted(name),
                rule,
            }),
            None => checked_length(what, name),
        },
    }
}

fn checked_length(what: &'static str, name: &str) -> Result<Part, InvalidPattern> {
    match name.len() {
        bytes if what != "label" && bytes > MAX_NAME => {
            Err(InvalidPattern::LongName { what, bytes })
        }
        _ => Ok(Part::Is(name.into())),
    }
}

fn check_app(name: &str) -> Option<&'static str> {
    match is_reserved(name) {
        true => Some("the product keeps this name for its own routes, no application has it"),
        false => check_profile(name),
    }
}

fn check_profile(name: &str) -> Option<&'static str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    match name.bytes().all(is_plain) && name != "." && name != ".." {
        true => None,
        false => Some("letters, digits, '.', '_' and '-' are allowed"),
    }
}

/// What no repository's branch and no written label has; the rest is left to the sources.
fn check_label_part(name: &str) -> Option<&'static str> {
    let is_odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\\' | ',');
    match name == "." || name == ".." || name.contains(is_odd) {
        true => Some("'.', '..', blanks, ',' and '\\' are not allowed between its slashes"),
        false => None,
    }
}

fn quoted(given: &str) -> String {
    format!("{:?}", Excerpt::at_most(SHOWN, given))
}
