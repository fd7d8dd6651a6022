//! What principals are called.

use std::{fmt, str::FromStr, sync::Arc};

/// Bytes of a name.
const MAX: usize = 128;

/// A principal's name: 1 to 128 bytes of letters and digits of any script, printable ASCII, and
/// blanks within. It stands in the log, in the audit and on terminals, so it holds nothing that
/// could pass for something else there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

/// A text that can't be a principal's name. Does not repeat it: it comes from outside and may be
/// anything, a pasted key among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the name is not valid: 1 to {MAX} bytes of letters, digits and printable ASCII are allowed, \
     without blanks at its ends"
)]
pub struct InvalidName;

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that is written in the code, and is valid there.
    pub fn written(name: &'static str) -> Self {
        debug_assert!(name.parse::<Self>().is_ok(), "{name}");
        Self::fixed(name)
    }

    pub(crate) fn fixed(name: &'static str) -> Self {
        Self(name.into())
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(given: &str) -> Result<Self, InvalidName> {
        let is_shown = |c: char| c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric();
        let is_valid = (1..=MAX).contains(&given.len())
            && given.trim().len() == given.len()
            && given.chars().all(is_shown);
        match is_valid {
            true => Ok(Self(given.into())),
            false => Err(InvalidName),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_printable_and_bounded() {
        for given in [
            "ci",
            "CI of payments",
            "auth0|7",
            "zoë",
            "ünï 7",
            "a@b.c",
            &"x".repeat(128),
        ] {
            assert_eq!(
                given.parse::<Name>().map(|n| n.to_string()),
                Ok(given.to_owned())
            );
        }
        for given in [
            "",
            " a",
            "a ",
            "a\nb",
            "a\u{202e}b",
            "a\0",
            &"x".repeat(129),
        ] {
            assert_eq!(given.parse::<Name>(), Err(InvalidName), "{given:?}");
        }
    }
}
