//! Durations as text: `"300ms"`, `"5s"`, `"5m"`.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "5m"))]
pub struct Span(Duration);

impl From<Duration> for Span {
    fn from(span: Duration) -> Self {
        Self(span)
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        span.0
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
            }
        }
    }

    #[test]
    fn a_span_is_one_number_and_the_longest_unit_that_fits() {
        for text in ["0s", "300ms", "5s", "90s", "5m", "168h", "12345us", "1ns"] {
            assert_eq!(read(&format!("\"{text}\"")).unwrap().to_string(), text);
        }
        assert_eq!(read("\"1h 30m\"").unwrap().to_string(), "90m");
    }

    #[test]
    fn what_is_not_a_span_is_refused_with_examples() {
        for json in ["5", "\"5\"", "\"-5s\"", "\"\"", "\"soon\"", "null", "{}"] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains("300ms"), "{json}: {error}");
        }
    }
}
