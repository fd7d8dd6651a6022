//! Names, each validated once on input.

use std::{fmt, str::FromStr};

use super::analysis::Application;

/// The maximum length of a rollout's id in bytes.
const MAX_ID: usize = 64;
/// The maximum length of an application's name in bytes.
const MAX_APPLICATION: usize = 128;
/// The number of bytes of an invalid name that an error shows.
const MAX_SHOWN: usize = 128;

/// Crockford's base 32 in lower case: it sorts as numbers do, and has no letters that look alike.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Digits of the time in an id: 50 bits of milliseconds last for 35,000 years.
const TIME_DIGITS: u32 = 10;
/// Digits that keep ids apart which two processes make at one moment: 30 bits.
const RANDOM_DIGITS: u32 = 6;

/// A rollout's id: it sorts by the time of creation, and seeds the choice of the canary's readers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RolloutId(String);

/// A name that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a valid {what}: {rule}")]
pub(crate) struct InvalidName {
    what: &'static str,
    given: String,
    rule: &'static str,
}

impl RolloutId {
    /// The id of a rollout that is created at `millisecond` since 1970. The lowest bits of `random`
    /// tell it from others of that moment.
    pub(crate) fn new(millisecond: u64, random: u64) -> Self {
        let digits = |number: u64, count: u32| {
            let digit = move |place: u32| (number >> (5 * place)) as usize % DIGITS.len();
            (0..count)
                .rev()
                .map(move |place| char::from(DIGITS[digit(place)]))
        };
        let random = digits(random, RANDOM_DIGITS);
        Self(digits(millisecond, TIME_DIGITS).chain(random).collect())
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RolloutId {
    type Err = InvalidName;

    fn from_str(given: &str) -> Result<Self, InvalidName> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        check(
            given,
            MAX_ID,
            allowed,
            "id of a rollout",
            "1 to 64 letters, digits, '-', '_', '.'",
        )
        .map(Self)
    }
}

/// An application with a name that a caller gave.
///
/// # Errors
/// When the name is not valid.
pub(crate) fn application(given: &str) -> Result<Application, InvalidName> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let rule = "1 to 128 letters, digits, '-', '_', '.'";
    check(
        given,
        MAX_APPLICATION,
        allowed,
        "name of an application",
        rule,
    )
    .map(Application::new)
}

fn check(
    given: &str,
    longest: usize,
    allowed: impl Fn(u8) -> bool,
    what: &'static str,
    rule: &'static str,
) -> Result<String, InvalidName> {
    if (1..=longest).contains(&given.len()) && given.bytes().all(allowed) {
        return Ok(given.to_owned());
    }
    // an invalid name may have any length
    let given = given.chars().take(MAX_SHOWN).collect();
    Err(InvalidName { what, given, rule })
}

impl fmt::Display for RolloutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
