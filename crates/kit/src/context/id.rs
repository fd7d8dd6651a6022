//! Request ids: the caller's if it is safe to log, otherwise a new one.

use std::{fmt, sync::Arc};

use http::{HeaderMap, HeaderValue};

use super::REQUEST_ID;

const MAX_LENGTH: usize = 128;

/// The id of a request, the same in every process it passes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new id: 32 hexadecimal digits.
    pub fn random() -> Self {
        Self(format!("{:032x}", fastrand::u128(..)).into())
    }

    /// The id given, if it is 1 to 128 visible ASCII characters.
    pub fn given(text: &str) -> Option<Self> {
        let fits = (1..=MAX_LENGTH).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        headers
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .and_then(Self::given)
            .unwrap_or_else(Self::random)
    }

    pub(super) fn to_header(&self) -> HeaderValue {
        // visible ASCII by construction, so the fallback is never taken
        HeaderValue::from_str(&self.0).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_would_break_a_log_line_is_replaced() {
        for text in ["", "two words", "naïve", &"x".repeat(129)] {
            assert_eq!(RequestId::given(text), None, "{text:?}");
        }
        assert_eq!(RequestId::given("order-17").unwrap().as_str(), "order-17");
    }
}
