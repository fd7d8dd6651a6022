//! The ids of alerts.

use std::{fmt, str::FromStr};

/// Crockford's base 32 in lower case: it sorts as numbers do, and has no letters that look alike.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Digits of the time in an id.
const TIME_DIGITS: u32 = 10;
/// Digits that tell alerts of one moment apart.
const RANDOM_DIGITS: u32 = 6;
/// The longest id in bytes.
const LONGEST: usize = 64;

/// The id of an alert: it sorts by the time it began.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AlertId(String);

/// A text that is no id of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of an alert has 1 to 64 letters and digits")]
pub(crate) struct InvalidAlertId;

impl AlertId {
    /// The id of an alert that began at `millisecond` since 1970. The lowest bits of `random` tell
    /// it from others of that moment.
    pub(crate) fn new(millisecond: u64, random: u64) -> Self {
        let digits = |number: u64, count: u32| {
            let digit = move |place: u32| (number >> (5 * place)) as usize % DIGITS.len();
            let places = (0..count).rev();
            places.map(move |place| char::from(DIGITS[digit(place)]))
        };
        let random = digits(random, RANDOM_DIGITS);
        Self(digits(millisecond, TIME_DIGITS).chain(random).collect())
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AlertId {
    type Err = InvalidAlertId;

    fn from_str(given: &str) -> Result<Self, InvalidAlertId> {
        let is_short = (1..=LONGEST).contains(&given.len());
        let is_valid = is_short && given.bytes().all(|byte| byte.is_ascii_alphanumeric());
        is_valid
            .then(|| Self(given.to_owned()))
            .ok_or(InvalidAlertId)
    }
}

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
