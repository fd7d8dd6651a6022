//! Durations as text: `"300ms"`, `"5s"`, `"5m"`.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

/// The units, the longest first, in nanoseconds.
const UNITS: [(u128, &str); 6] = [
    (3_600_000_000_000, "h"),
    (60_000_000_000, "m"),
    (1_000_000_000, "s"),
    (1_000_000, "ms"),
    (1_000, "us"),
    (1, "ns"),
];

/// A span of time: a number and a unit, such as `300ms`, `5s` or `5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, example = "5m")]
pub(crate) struct Span(Duration);

impl Span {
    /// A span as services send it; none for a negative one.
    pub(crate) fn of(span: Option<prost_types::Duration>) -> Option<Self> {
        Some(Self(span?.try_into().ok()?))
    }

    /// A span measured, to the microsecond.
    pub(crate) fn measured(span: Option<prost_types::Duration>) -> Option<Self> {
        let Self(span) = Self::of(span)?;
        let below = Duration::from_nanos(u64::from(span.subsec_nanos() % 1_000));
        Some(Self(span.saturating_sub(below)))
    }

    /// As services take it. What is beyond their type is the longest they know.
    pub(crate) fn to_proto(self) -> prost_types::Duration {
        let longest = prost_types::Duration {
            seconds: i64::MAX,
            nanos: 0,
        };
        self.0.try_into().unwrap_or(longest)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        let whole = UNITS.iter().find(|(unit, _)| nanos.is_multiple_of(*unit));
        match whole {
            Some((unit, name)) if nanos > 0 => write!(f, "{}{name}", nanos / unit),
            _ => f.write_str("0s"),
        }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

struct Text;

impl de::Visitor<'_> for Text {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time such as \"300ms\", \"5s\" or \"5m\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
        let span = humantime::parse_duration(text).map(Span);
        span.map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Result<Span, serde_json::Error> {
        serde_json::from_str(json)
    }

    proptest! {
        #[test]
        fn any_span_reads_back(nanos in any::<u64>(), unit in 0..UNITS.len()) {
            let unit = u64::try_from(UNITS[unit].0).unwrap();
            for nanos in [nanos, nanos / unit * unit] {
                let span = Span(Duration::from_nanos(nanos));
                prop_assert_eq!(read(&format!("\"{span}\"")).unwrap(), span);
                prop_assert_eq!(Span::of(Some(span.to_proto())), Some(span));
            }
        }
    }

    #[test]
    fn a_span_is_one_number_and_the_longest_unit_that_fits() {
        for text in ["0s", "300ms", "5s", "90s", "5m", "168h", "12345us", "1ns"] {
            assert_eq!(read(&format!("\"{text}\"")).unwrap().to_string(), text);
        }
        assert_eq!(read("\"1h 30m\"").unwrap().to_string(), "90m");
        let measured = prost_types::Duration {
            seconds: 0,
            nanos: 12_345_678,
        };
        let measured = Span::measured(Some(measured)).unwrap();
        assert_eq!(measured.to_string(), "12345us");
    }

    #[test]
    fn what_is_no_span_is_refused_with_examples() {
        for json in ["5", "\"5\"", "\"-5s\"", "\"\"", "\"soon\"", "null", "{}"] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains("300ms"), "{json}: {error}");
        }
    }
}
