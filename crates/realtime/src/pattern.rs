//! What a client subscribes to: `app:profile:label`.

use std::{fmt, str::FromStr};

use vortex_names::check;

/// The application whose documents all others read, too.
const SHARED: &str = "application";
/// The profile that every other one inherits.
const DEFAULT: &str = "default";
/// Bytes of a pattern: an application, a profile, a label, and what stands between them.
const MAX_PATTERN: usize = 128 + 1 + 128 + 1 + 256;

/// A set of configurations: an application, a profile and a label, each a whole name or `*`. Parts
/// that are left out at the end are `*`, so `orders` and `orders:*` are all of `orders`.
///
/// The order of the parts is this protocol's own; scopes of keys are `label:app/profile`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pattern {
    app: Part,
    profile: Part,
    label: Part,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Part {
    Any,
    Name(Box<str>),
}

/// Why a text is not a pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPattern {
    /// Longer than any pattern can be.
    #[error("the pattern has {0} bytes, at most {MAX_PATTERN} are allowed")]
    TooLong(usize),
    /// More than two `:`.
    #[error("expected app:profile:label, and there are more parts than three")]
    TooManyParts,
    /// A part that is no name that there could be.
    #[error("{0}; `*` stands for any name as a whole")]
    Name(#[from] vortex_names::InvalidName),
}

impl Pattern {
    /// Whether a change of a document on a label concerns what is in this set. What was written for
    /// the application `application` concerns all applications, and for the profile `default` all
    /// profiles, as each of them reads it.
    pub fn concerns(&self, app: &str, profile: &str, label: &str) -> bool {
        (app == SHARED || self.app.matches(app))
            && (profile == DEFAULT || self.profile.matches(profile))
            && self.label.matches(label)
    }

    /// Whether anything on a label is in this set.
    pub fn is_on(&self, label: &str) -> bool {
        self.label.matches(label)
    }
}

impl Part {
    fn parse(
        given: &str,
        check: fn(&str) -> Result<(), vortex_names::InvalidName>,
    ) -> Result<Self, InvalidPattern> {
        if given == "*" {
            return Ok(Self::Any);
        }
        check(given)?;
        Ok(Self::Name(given.into()))
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Name(own) => &**own == name,
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Any => "*",
            Self::Name(name) => name,
        }
    }
}

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(given: &str) -> Result<Self, InvalidPattern> {
        if given.len() > MAX_PATTERN {
            return Err(InvalidPattern::TooLong(given.len()));
        }
        let mut parts = given.split(':');
        let app = Part::parse(parts.next().unwrap_or_default(), check::app)?;
        let profile = parts.next().map(|part| Part::parse(part, check::profile));
        let label = parts.next().map(|part| Part::parse(part, check::label));
        if parts.next().is_some() {
            return Err(InvalidPattern::TooManyParts);
        }
        Ok(Self {
            app,
            profile: profile.transpose()?.unwrap_or(Part::Any),
            label: label.transpose()?.unwrap_or(Part::Any),
        })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [app, profile, label] = [&self.app, &self.profile, &self.label].map(Part::as_str);
        write!(f, "{app}:{profile}:{label}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn parts_that_are_left_out_at_the_end_are_any() {
        for (given, whole) in [
            ("orders", "orders:*:*"),
            ("orders:*", "orders:*:*"),
            ("orders:prod", "orders:prod:*"),
            ("*", "*:*:*"),
            ("orders:prod:feature/x", "orders:prod:feature/x"),
            ("*:*:main", "*:*:main"),
        ] {
            assert_eq!(pattern(given).to_string(), whole, "{given}");
            assert_eq!(pattern(given), pattern(whole));
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let long = "a".repeat(MAX_PATTERN + 1);
        for given in [
            "",
            ":",
            "orders:",
            "orders::main",
            "a:b:c:d",
            "ord*",
            "orders:pr*d",
            "or ders",
            "orders:prod:",
            "orders:prod:a,b",
            "orders:prod:../x",
            "api",
            "**",
            "orders/prod",
            "órdenes",
            &long,
        ] {
            assert!(given.parse::<Pattern>().is_err(), "{given}");
        }
    }

    #[test]
    fn what_all_read_concerns_all() {
        let pattern = pattern("orders:prod:main");
        for (app, profile, label, concerned) in [
            ("orders", "prod", "main", true),
            ("orders", "default", "main", true),
            ("application", "prod", "main", true),
            ("application", "default", "main", true),
            ("orders", "dev", "main", false),
            ("application", "dev", "main", false),
            ("billing", "prod", "main", false),
            ("orders", "prod", "other", false),
        ] {
            let seen = pattern.concerns(app, profile, label);
            assert_eq!(seen, concerned, "{app} {profile} {label}");
        }
    }

    proptest! {
        #[test]
        fn a_pattern_reads_back_as_it_shows(text in "[a-z*]{0,4}(:[a-z*]{1,4}){0,3}") {
            if let Ok(pattern) = text.parse::<Pattern>() {
                prop_assert_eq!(pattern.to_string().parse::<Pattern>().unwrap(), pattern);
            }
        }

        #[test]
        fn no_text_is_a_panic(text in ".{0,600}") {
            let _ = text.parse::<Pattern>();
        }
    }
}
