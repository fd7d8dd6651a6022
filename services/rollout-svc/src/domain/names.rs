//! Names, each validated once on input.

use std::{fmt, str::FromStr};

use super::analysis::Application;

/// Bytes of a rollout's id.
const MAX_ID: usize = 64;
/// Bytes of an application's name.
const MAX_APPLICATION: usize = 128;
/// Bytes of what is no name that an error shows.
const MAX_SHOWN: usize = 128;

/// Crockford's base 32, in lower case: sorts as the numbers do, without letters that look alike.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Digits of the time in an id: 50 bits of milliseconds last for 35,000 years.
const TIME_DIGITS: u32 = 10;
/// Digits that keep ids of one moment in two processes apart: 30 bits.
const RANDOM_DIGITS: u32 = 6;

/// A rollout's id: sorts by the time of its creation, and seeds who is in the canary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RolloutId(String);

/// A name that is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a valid {what}: {rule}")]
pub struct InvalidName {
    what: &'static str,
    given: String,
    rule: &'static str,
}

impl RolloutId {
    /// The id of a rollout created at `millisecond` since 1970, told apart from others of that
    /// moment by the lowest bits of `random`.
    pub fn new(millisecond: u64, random: u64) -> Self {
        let digits = |number: u64, count: u32| {
            let digit = move |place: u32| (number >> (5 * place)) as usize % DIGITS.len();
            (0..count)
                .rev()
                .map(move |place| char::from(DIGITS[digit(place)]))
        };
        let random = digits(random, RANDOM_DIGITS);
        Self(digits(millisecond, TIME_DIGITS).chain(random).collect())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
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

/// An application by a name that a caller gave.
///
/// # Errors
/// When the name is not valid.
pub fn application(given: &str) -> Result<Application, InvalidName> {
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
    // an invalid name may be of any length
    let given = given.chars().take(MAX_SHOWN).collect();
    Err(InvalidName { what, given, rule })
}

impl fmt::Display for RolloutId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
