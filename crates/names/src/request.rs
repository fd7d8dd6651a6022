//! The ids of requests.

use std::{borrow::Borrow, fmt, str::FromStr, sync::Arc};

use crate::Excerpt;

/// Bytes of a request's id.
const MAX: usize = 128;

/// A caller's id for a request, by which a repeat is known: 1 to 128 printable ASCII characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(Arc<str>);

/// A text that can't be a request's id. Holds the beginning of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequestId(String);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An id that was checked before: read back from a store.
    pub fn trusted(id: &str) -> Self {
        Self(id.into())
    }
}

impl FromStr for RequestId {
    type Err = InvalidRequestId;

    fn from_str(given: &str) -> Result<Self, InvalidRequestId> {
        let is_valid =
            (1..=MAX).contains(&given.len()) && given.bytes().all(|b| b.is_ascii_graphic());
        match is_valid {
            true => Ok(Self(given.into())),
            false => Err(InvalidRequestId(format!("{:?}", Excerpt::of(given)))),
        }
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Borrow<str> for RequestId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvalidRequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is not a valid request id: 1 to {MAX} printable ASCII characters are allowed",
            self.0
        )
    }
}

impl std::error::Error for InvalidRequestId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_printable_and_bounded() {
        let id = |given: &str| given.parse::<RequestId>();
        assert_eq!(id("order-17").unwrap().as_str(), "order-17");
        assert!(id(&"x".repeat(MAX)).is_ok());
        for given in ["", "a b", "\n", "ä", &"x".repeat(MAX + 1)] {
            assert!(id(given).is_err(), "{given:?}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_all_of_a_long_text() {
        let error = "x".repeat(100_000).parse::<RequestId>().unwrap_err();
        assert!(error.to_string().len() < 1_000, "{error}");
    }
}
